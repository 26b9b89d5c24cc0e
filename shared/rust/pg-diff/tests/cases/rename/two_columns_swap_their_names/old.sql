CREATE TABLE t (id int PRIMARY KEY, a text, b text);
CREATE VIEW v AS SELECT a, b FROM t;
INSERT INTO t VALUES (1, 'a', 'b');
