CREATE TYPE pair AS (a bigint, b numeric(8,2));
CREATE FUNCTION f(p pair) RETURNS bigint LANGUAGE sql AS 'SELECT p.a';
