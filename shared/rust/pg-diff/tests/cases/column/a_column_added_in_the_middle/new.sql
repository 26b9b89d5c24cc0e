CREATE TABLE t (id int PRIMARY KEY, a text, z text);
CREATE VIEW v AS SELECT id, z FROM t;
