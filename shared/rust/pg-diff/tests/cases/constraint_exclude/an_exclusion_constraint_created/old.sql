CREATE TABLE t (r int4range, s int);
INSERT INTO t VALUES ('[1,2)', 1), ('[2,3)', 2);
