CREATE TABLE t (a int, b text, c date);
CREATE VIEW v AS SELECT a, b FROM t;
INSERT INTO t VALUES (1, 'x', '2024-01-01');
