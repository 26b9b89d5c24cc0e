CREATE TABLE t (id int PRIMARY KEY, title text NOT NULL);
INSERT INTO t VALUES (1, 'A Title');
