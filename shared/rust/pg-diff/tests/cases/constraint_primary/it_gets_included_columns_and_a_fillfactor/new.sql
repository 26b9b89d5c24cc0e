CREATE TABLE t (a int, b int, PRIMARY KEY (a) INCLUDE (b));
CREATE TABLE u (a int, PRIMARY KEY (a) WITH (fillfactor = 70));
