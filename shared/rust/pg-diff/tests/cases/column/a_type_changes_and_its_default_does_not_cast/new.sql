CREATE TABLE t (id int PRIMARY KEY, a int DEFAULT -1, b boolean DEFAULT false NOT NULL, c int);
