CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int, at timestamptz);
INSERT INTO t (n) SELECT nullif(n % 3, 0) FROM generate_series(1, 1000) AS n;
