CREATE TABLE a (id int, name varchar(5));
CREATE TABLE b (id int PRIMARY KEY, one a);
INSERT INTO a VALUES (1, 'x');
INSERT INTO b VALUES (1, ROW(1, 'x'));
