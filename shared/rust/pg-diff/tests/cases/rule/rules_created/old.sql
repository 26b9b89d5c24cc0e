CREATE TABLE t (a int);
CREATE TABLE log (a int, what text);
CREATE VIEW v AS SELECT a FROM t;
