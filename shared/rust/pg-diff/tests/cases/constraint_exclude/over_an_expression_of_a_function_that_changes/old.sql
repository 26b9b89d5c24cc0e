CREATE FUNCTION span(a int, b int) RETURNS int4range IMMUTABLE LANGUAGE sql AS 'SELECT int4range(a, b)';
CREATE TABLE t (a int, b int, CONSTRAINT x EXCLUDE USING gist (span(a, b) WITH &&));
INSERT INTO t VALUES (1, 5);
