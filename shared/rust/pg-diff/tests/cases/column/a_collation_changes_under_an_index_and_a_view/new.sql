CREATE TABLE t (id int PRIMARY KEY, a text COLLATE "C" UNIQUE, b text);
CREATE VIEW v AS SELECT a, b FROM t ORDER BY a;
CREATE INDEX t_b ON t (lower(b));
