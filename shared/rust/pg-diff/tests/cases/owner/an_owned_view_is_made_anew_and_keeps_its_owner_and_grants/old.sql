CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a, b FROM t;
ALTER VIEW v OWNER TO xtask_case_owner;
GRANT SELECT ON v TO xtask_case_reader;
