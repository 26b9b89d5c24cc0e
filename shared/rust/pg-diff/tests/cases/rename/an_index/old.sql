CREATE TABLE t (a int, b int);
CREATE INDEX "old name" ON t (a) WHERE b > 0;
CREATE UNIQUE INDEX t_b ON t (b);
INSERT INTO t VALUES (1, 2);
