CREATE COLLATION co FROM "C";
CREATE TEXT SEARCH CONFIGURATION ts (COPY = simple);
CREATE AGGREGATE ag(int) (SFUNC = int4pl, STYPE = int);
CREATE TABLE t (a text COLLATE co, n int);
CREATE INDEX t_a ON t USING gin (to_tsvector('ts'::regconfig, a));
CREATE VIEW v AS SELECT ag(n) AS n FROM t;
INSERT INTO t VALUES ('x', 1);
