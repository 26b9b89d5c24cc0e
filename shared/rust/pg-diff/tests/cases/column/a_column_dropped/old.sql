CREATE TABLE t (id int PRIMARY KEY, gone text, kept text);
INSERT INTO t VALUES (1, 'x', 'y');
