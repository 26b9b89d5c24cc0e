CREATE TABLE t (a int);
-- @renamed from=v
CREATE VIEW v2 AS SELECT a FROM t;
CREATE VIEW w AS SELECT a FROM v2;
GRANT SELECT ON v2 TO xtask_case_reader;
COMMENT ON VIEW v2 IS 'stays';
