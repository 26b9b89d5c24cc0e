CREATE TABLE t (id int PRIMARY KEY, mail text);
INSERT INTO t VALUES (1, 'a@b');
