CREATE TABLE t (a int, b int, c int);
CREATE FUNCTION ok(t) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT $1.a > 0';
ALTER TABLE t ADD CONSTRAINT whole CHECK (ok(t.*)), ADD CONSTRAINT "some" CHECK (num_nonnulls(a, b, c) > 0);
