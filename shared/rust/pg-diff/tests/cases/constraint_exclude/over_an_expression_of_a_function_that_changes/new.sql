CREATE FUNCTION span(a int, b int) RETURNS int8range IMMUTABLE LANGUAGE sql AS 'SELECT int8range(a, b)';
CREATE TABLE t (a int, b int, CONSTRAINT x EXCLUDE USING gist (span(a, b) WITH &&));
