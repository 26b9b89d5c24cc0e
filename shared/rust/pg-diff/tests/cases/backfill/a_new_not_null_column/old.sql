CREATE TABLE t (id int PRIMARY KEY, title text);
INSERT INTO t VALUES (1, 'One'), (2, NULL);
