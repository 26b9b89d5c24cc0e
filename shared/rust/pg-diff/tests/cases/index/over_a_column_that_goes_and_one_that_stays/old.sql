CREATE TABLE t (a int, gone int);
CREATE INDEX t_i ON t (a, gone);
CREATE INDEX t_j ON t (a) WHERE gone > 0;
CREATE INDEX t_k ON t (a) INCLUDE (gone);
INSERT INTO t VALUES (1, 2);
