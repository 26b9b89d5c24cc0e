CREATE TABLE t (a int, b text, CONSTRAINT "t key" PRIMARY KEY (a, b));
