CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO xtask_case_reader;
CREATE TABLE app.t (a int, b int);
GRANT SELECT ON app.t TO xtask_case_writer;
