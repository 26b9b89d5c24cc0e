ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO xtask_case_reader;
CREATE TABLE kept (id int);
CREATE TABLE made (id int);
GRANT SELECT ON kept TO xtask_case_reader;
