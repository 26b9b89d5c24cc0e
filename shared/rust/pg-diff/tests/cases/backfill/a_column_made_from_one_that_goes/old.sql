CREATE TABLE t (id int PRIMARY KEY, full_name text NOT NULL);
INSERT INTO t VALUES (1, 'Ann Lee');
