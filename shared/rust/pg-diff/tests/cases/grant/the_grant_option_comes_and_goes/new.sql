CREATE TABLE t (a int);
GRANT SELECT, INSERT ON t TO xtask_case_reader WITH GRANT OPTION;
GRANT SELECT ON t TO xtask_case_writer;
