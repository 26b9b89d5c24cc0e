CREATE TABLE thing (id int PRIMARY KEY, name text);
CREATE FUNCTION f(t thing) RETURNS int LANGUAGE sql AS 'SELECT t.id';
