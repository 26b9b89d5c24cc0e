CREATE TABLE t (a int, b int, c text);
INSERT INTO t VALUES (1, 2, 'x');
