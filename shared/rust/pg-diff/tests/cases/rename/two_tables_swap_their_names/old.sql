CREATE TABLE a (id int PRIMARY KEY, x text);
CREATE TABLE b (id int PRIMARY KEY, y text);
INSERT INTO a VALUES (1, 'x');
INSERT INTO b VALUES (2, 'y');
