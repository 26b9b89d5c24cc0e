CREATE TABLE t (a bigint);
CREATE TABLE u (t bigint);
CREATE VIEW v AS SELECT t.t, t.t + 1 AS u FROM u AS t;
