CREATE TABLE t (r int4range, during tsrange, CONSTRAINT x EXCLUDE USING gist (during WITH &&) INCLUDE (r));
INSERT INTO t VALUES ('[1,2)', '[2024-01-01,2024-01-02)');
