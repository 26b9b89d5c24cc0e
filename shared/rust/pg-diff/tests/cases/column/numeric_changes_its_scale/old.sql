CREATE TABLE t (a numeric(10,2), b numeric(10,2), c numeric, d int, e numeric(5));
INSERT INTO t VALUES (1.25, 1.25, 1.25, 1, 1);
