CREATE TABLE t (id int PRIMARY KEY, attrs text);
INSERT INTO t VALUES (1, 'a=>1');
