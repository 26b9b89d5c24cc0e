CREATE TABLE t (a int, b text);
CREATE TABLE v (a int, b text);
CREATE FUNCTION f() RETURNS SETOF v LANGUAGE sql AS 'SELECT * FROM public.v';
