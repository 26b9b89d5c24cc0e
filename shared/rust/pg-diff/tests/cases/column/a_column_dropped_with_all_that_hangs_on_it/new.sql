CREATE TABLE t (id int PRIMARY KEY, kept text);
CREATE TABLE u (id int PRIMARY KEY, gone int);
CREATE VIEW v AS SELECT id, kept FROM t;
