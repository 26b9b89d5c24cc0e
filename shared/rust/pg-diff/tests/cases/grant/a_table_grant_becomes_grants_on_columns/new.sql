CREATE TABLE t (id int, "The Name" text, secret text);
GRANT SELECT (id, "The Name"), UPDATE ("The Name") ON t TO xtask_case_reader;
