CREATE TABLE t (id int PRIMARY KEY, name text, other text);
CREATE INDEX t_other ON t (other);
CREATE VIEW v AS SELECT name FROM t;
