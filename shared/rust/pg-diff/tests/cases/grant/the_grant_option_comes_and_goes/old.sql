CREATE TABLE t (a int);
GRANT SELECT, INSERT ON t TO xtask_case_reader;
GRANT SELECT ON t TO xtask_case_writer WITH GRANT OPTION;
