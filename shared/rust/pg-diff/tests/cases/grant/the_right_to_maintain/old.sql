CREATE TABLE t (a int);
CREATE TABLE u (a int);
GRANT ALL ON t TO xtask_case_reader;
