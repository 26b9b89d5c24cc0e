CREATE TABLE t (id serial PRIMARY KEY);
GRANT INSERT ON t TO xtask_case_writer;
GRANT USAGE, SELECT ON SEQUENCE t_id_seq TO xtask_case_writer;
