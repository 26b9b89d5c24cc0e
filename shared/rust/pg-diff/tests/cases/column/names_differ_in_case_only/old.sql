CREATE TABLE t ("Name" text, name text, "NAME" int);
INSERT INTO t VALUES ('a', 'b', 3);
