-- @renamed from=co
CREATE COLLATION co2 FROM "C";
-- @renamed from=ts
CREATE TEXT SEARCH CONFIGURATION ts2 (COPY = simple);
-- @renamed from=ag
CREATE AGGREGATE ag2(int) (SFUNC = int4pl, STYPE = int);
CREATE TABLE t (a text COLLATE co2, n int);
CREATE INDEX t_a ON t USING gin (to_tsvector('ts2'::regconfig, a));
CREATE VIEW v AS SELECT ag2(n) AS n FROM t;
