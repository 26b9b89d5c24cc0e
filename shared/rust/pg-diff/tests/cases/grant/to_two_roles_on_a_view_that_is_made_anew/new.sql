CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT b, a FROM t;
GRANT SELECT ON v TO xtask_case_writer;
GRANT UPDATE (b) ON v TO xtask_case_writer;
