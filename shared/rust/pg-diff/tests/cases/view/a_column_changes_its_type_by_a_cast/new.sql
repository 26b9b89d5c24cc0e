CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a::bigint AS a, b::varchar(5) AS b FROM t;
CREATE FUNCTION f(v) RETURNS text LANGUAGE sql AS 'SELECT $1.b';
