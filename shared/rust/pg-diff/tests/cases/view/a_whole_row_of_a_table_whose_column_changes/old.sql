CREATE TABLE t (a int, b varchar(5));
CREATE VIEW v AS SELECT t AS whole, (t).b FROM t;
CREATE VIEW w AS SELECT row_to_json(t) AS j FROM t;
INSERT INTO t VALUES (1, 'x');
