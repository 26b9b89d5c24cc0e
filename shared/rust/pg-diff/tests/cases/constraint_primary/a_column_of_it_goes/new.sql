CREATE TABLE t (a int PRIMARY KEY, c text);
