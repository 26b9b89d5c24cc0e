CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE, b int, UNIQUE (a, b));
INSERT INTO t VALUES (1, 2, 3);
