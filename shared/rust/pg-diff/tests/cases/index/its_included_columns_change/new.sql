CREATE TABLE t (a int, b int, c int);
CREATE UNIQUE INDEX t_i ON t (a) INCLUDE (c, b);
