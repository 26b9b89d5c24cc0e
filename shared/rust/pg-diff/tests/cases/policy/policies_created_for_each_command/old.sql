CREATE TABLE t (id int, owner text);
INSERT INTO t VALUES (1, 'x');
