CREATE DOMAIN positive AS int;
CREATE TABLE t (id int, n positive, ns positive[]);
INSERT INTO t VALUES (1, 5, '{1,2}');
