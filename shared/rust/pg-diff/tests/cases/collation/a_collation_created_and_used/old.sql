CREATE TABLE t (id int PRIMARY KEY, name text);
CREATE INDEX t_name ON t (name);
INSERT INTO t VALUES (1, 'x');
