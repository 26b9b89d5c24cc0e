CREATE TABLE t (id int PRIMARY KEY, a text UNIQUE, b text COLLATE "C");
CREATE VIEW v AS SELECT a, b FROM t ORDER BY a;
CREATE INDEX t_b ON t (lower(b));
INSERT INTO t VALUES (1, 'x', 'y');
