CREATE TABLE t (id int, "The Name" text, secret text);
GRANT SELECT ON t TO xtask_case_reader;
GRANT UPDATE (id) ON t TO xtask_case_reader;
