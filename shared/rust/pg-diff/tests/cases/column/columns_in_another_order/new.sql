CREATE TABLE t (c date, b text, a int, d int);
CREATE VIEW v AS SELECT a, b FROM t;
