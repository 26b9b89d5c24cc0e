CREATE TABLE b (id int PRIMARY KEY, x text);
CREATE TABLE a (id int PRIMARY KEY, y text, b_id int REFERENCES b);
