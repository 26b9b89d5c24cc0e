CREATE FUNCTION f(VARIADIC a anycompatiblearray) RETURNS anycompatible IMMUTABLE LANGUAGE sql AS 'SELECT a[1]';
CREATE FUNCTION g(a anyelement, b anyelement DEFAULT NULL) RETURNS anyarray LANGUAGE sql AS 'SELECT ARRAY[a, b]';
CREATE VIEW v AS SELECT f(1, 2) AS n;
