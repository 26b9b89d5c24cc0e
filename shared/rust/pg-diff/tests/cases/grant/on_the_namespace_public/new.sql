CREATE TABLE t (a int);
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO xtask_case_reader;
