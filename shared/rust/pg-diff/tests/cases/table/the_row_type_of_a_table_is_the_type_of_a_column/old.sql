CREATE TABLE a (id int, name text);
CREATE TABLE b (id int PRIMARY KEY, one a, many a[]);
CREATE FUNCTION f(a) RETURNS text LANGUAGE sql AS 'SELECT $1.name';
INSERT INTO b VALUES (1, ROW(1, 'x'), NULL);
