CREATE TABLE t (id serial PRIMARY KEY);
GRANT INSERT ON t TO xtask_case_writer;
