CREATE TABLE t (a int, b int, c int, "D d" int);
ALTER TABLE t ALTER a SET STATISTICS 500, ALTER b SET (n_distinct = 5), ALTER c SET (n_distinct = -0.5);
INSERT INTO t VALUES (1, 1, 1);
