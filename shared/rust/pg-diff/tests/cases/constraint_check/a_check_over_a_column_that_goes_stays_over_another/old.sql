CREATE TABLE t (a int, b int, CONSTRAINT c CHECK (a > b));
INSERT INTO t VALUES (2, 1);
