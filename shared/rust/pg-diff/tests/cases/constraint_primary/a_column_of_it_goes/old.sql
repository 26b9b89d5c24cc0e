CREATE TABLE t (a int, b int, c text, PRIMARY KEY (a, b));
INSERT INTO t VALUES (1, 2, 'x');
