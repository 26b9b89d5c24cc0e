CREATE TABLE t (a int, b int, c int, "D d" int);
ALTER TABLE t ALTER b SET STATISTICS 0, ALTER c SET (n_distinct_inherited = 7), ALTER "D d" SET STATISTICS 10000;
