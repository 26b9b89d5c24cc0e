CREATE SCHEMA app;
CREATE TABLE app.a (id int);
CREATE TABLE app.b (id int);
GRANT SELECT ON ALL TABLES IN SCHEMA app TO xtask_case_reader;
