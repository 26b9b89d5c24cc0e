CREATE TABLE t (r int4range, EXCLUDE USING gist (r WITH &&));
INSERT INTO t VALUES ('[1,2)');
