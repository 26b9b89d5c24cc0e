CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE, b int, CONSTRAINT "t A b" UNIQUE (a, b) INCLUDE (id));
