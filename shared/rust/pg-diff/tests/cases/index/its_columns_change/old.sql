CREATE TABLE t (a int, b int, c int);
CREATE INDEX t_i ON t (a, b);
CREATE INDEX t_j ON t (a, b);
INSERT INTO t VALUES (1, 2, 3);
