CREATE TABLE t (id int, gone int);
GRANT SELECT (id, gone) ON t TO xtask_case_reader;
INSERT INTO t VALUES (1, 2);
