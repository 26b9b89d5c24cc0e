CREATE TABLE a (id int, name text, added date);
CREATE TABLE b (id int PRIMARY KEY, one a, many a[]);
CREATE FUNCTION f(a) RETURNS text LANGUAGE sql AS 'SELECT $1.name';
