CREATE TABLE t (a int, b text, c date);
CREATE VIEW v AS SELECT a, b, c FROM t;
CREATE VIEW w AS SELECT * FROM v;
GRANT SELECT ON v TO xtask_case_reader;
GRANT SELECT (a) ON w TO xtask_case_reader;
COMMENT ON COLUMN v.c IS 'stays';
