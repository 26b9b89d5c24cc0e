CREATE TABLE t (a int, b int, c int);
CREATE UNIQUE INDEX t_i ON t (a) INCLUDE (b);
INSERT INTO t VALUES (1, 2, 3);
