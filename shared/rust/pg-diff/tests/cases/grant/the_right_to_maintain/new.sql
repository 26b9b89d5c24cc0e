CREATE TABLE t (a int);
CREATE TABLE u (a int);
GRANT SELECT ON t TO xtask_case_reader;
GRANT MAINTAIN ON u TO xtask_case_reader;
