CREATE TABLE t (a bigint);
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT count(*)::int FROM public.v';
CREATE VIEW v AS SELECT a, f() AS n FROM t;
