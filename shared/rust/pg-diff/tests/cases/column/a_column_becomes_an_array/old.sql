CREATE TABLE t (id int PRIMARY KEY, tags text, ns int[]);
INSERT INTO t VALUES (1, '{a,b}', '{1}');
