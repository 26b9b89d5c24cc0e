CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a FROM t;
CREATE VIEW w AS SELECT a FROM v;
GRANT SELECT ON v TO xtask_case_reader;
