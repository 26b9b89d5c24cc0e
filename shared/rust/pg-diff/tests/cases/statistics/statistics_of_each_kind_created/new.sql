CREATE TABLE t (a int, b int, c text);
CREATE STATISTICS "S 1" (ndistinct) ON a, b FROM t;
CREATE STATISTICS s2 (dependencies, mcv) ON b, a FROM t;
CREATE STATISTICS s3 ON a, lower(c), (a + b) FROM t;
CREATE STATISTICS s4 ON (a % 5) FROM t;
ALTER STATISTICS s2 SET STATISTICS 500;
