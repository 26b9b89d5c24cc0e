CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO xtask_case_reader, PUBLIC;
CREATE TABLE app.t (a int, b int);
GRANT ALL ON app.t TO xtask_case_writer;
GRANT SELECT ON app.t TO PUBLIC;
GRANT UPDATE (a) ON app.t TO xtask_case_reader;
