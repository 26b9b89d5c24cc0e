CREATE TABLE kept (id int PRIMARY KEY);
CREATE TABLE gone (id serial PRIMARY KEY, kept_id int REFERENCES kept);
INSERT INTO kept VALUES (1);
INSERT INTO gone (kept_id) VALUES (1);
