CREATE TYPE thing AS (id int, name text);
CREATE FUNCTION f(t thing) RETURNS int LANGUAGE sql AS 'SELECT t.id';
