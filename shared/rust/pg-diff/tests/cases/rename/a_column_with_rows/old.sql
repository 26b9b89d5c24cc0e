CREATE TABLE t (id int PRIMARY KEY, mail text NOT NULL DEFAULT 'a@b');
INSERT INTO t VALUES (1, 'x@y');
