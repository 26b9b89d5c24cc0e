CREATE TABLE t (id bigint, made int);
GRANT SELECT (id, made) ON t TO xtask_case_reader;
