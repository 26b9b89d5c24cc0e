CREATE TYPE pair AS (a int, b int);
CREATE FUNCTION f(p pair) RETURNS int LANGUAGE sql AS 'SELECT p.a';
