CREATE TABLE gone (id int PRIMARY KEY, parent int REFERENCES gone);
INSERT INTO gone VALUES (1, 1);
