ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO xtask_case_reader;
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT b, a FROM t;
REVOKE SELECT ON v FROM xtask_case_reader;
GRANT SELECT ON v TO xtask_case_writer;
