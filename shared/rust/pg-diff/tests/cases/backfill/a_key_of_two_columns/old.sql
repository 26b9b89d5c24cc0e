CREATE TABLE t (a int, b text, n int, PRIMARY KEY (a, b));
INSERT INTO t SELECT i % 7, i::text, NULL FROM generate_series(1, 50) AS i;
