CREATE TABLE t (a int, b int);
CREATE INDEX t_a ON t (a);
CREATE UNIQUE INDEX t_b ON t (b);
INSERT INTO t VALUES (1, 2), (2, 3);
