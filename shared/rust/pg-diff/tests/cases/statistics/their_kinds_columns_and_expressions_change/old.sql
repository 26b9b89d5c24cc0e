CREATE TABLE t (a int, b int, c int);
CREATE STATISTICS s1 (ndistinct) ON a, b FROM t;
CREATE STATISTICS s2 ON a, b FROM t;
CREATE STATISTICS s3 ON (a + b), c FROM t;
COMMENT ON STATISTICS s1 IS 'stays';
