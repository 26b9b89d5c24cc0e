CREATE TABLE t (a int, b text);
CREATE MATERIALIZED VIEW m AS SELECT a, lower(b) AS b, 1 AS c FROM t;
CREATE UNIQUE INDEX m_a ON m (a);
CREATE VIEW v AS SELECT a FROM m;
GRANT SELECT ON m, v TO xtask_case_reader;
COMMENT ON COLUMN m.b IS 'stays';
COMMENT ON INDEX m_a IS 'stays too';
