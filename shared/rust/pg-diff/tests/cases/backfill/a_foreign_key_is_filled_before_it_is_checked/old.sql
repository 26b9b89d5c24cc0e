CREATE TABLE a (id int PRIMARY KEY, code text UNIQUE);
CREATE TABLE b (id int PRIMARY KEY, code text);
INSERT INTO a VALUES (10, 'x');
INSERT INTO b VALUES (1, 'x');
