CREATE TABLE t (a int, b int, c int);
CREATE INDEX t_i ON t (b, a);
CREATE INDEX t_j ON t (a, b, c);
