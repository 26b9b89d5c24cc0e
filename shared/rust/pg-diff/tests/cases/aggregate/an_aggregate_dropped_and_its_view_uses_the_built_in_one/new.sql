CREATE TABLE t (n int);
CREATE VIEW v AS SELECT sum(n)::int AS n FROM t;
