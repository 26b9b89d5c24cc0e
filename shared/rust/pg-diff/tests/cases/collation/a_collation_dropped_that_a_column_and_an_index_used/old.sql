CREATE COLLATION plain (locale = 'C');
CREATE TABLE t (id int PRIMARY KEY, name text COLLATE plain, other text);
CREATE INDEX t_other ON t (other COLLATE plain);
CREATE VIEW v AS SELECT name FROM t;
INSERT INTO t VALUES (1, 'x', 'y');
