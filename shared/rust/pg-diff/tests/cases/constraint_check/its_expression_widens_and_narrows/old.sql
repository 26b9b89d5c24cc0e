CREATE TABLE t (a text CONSTRAINT c1 CHECK (a IN ('x', 'y')), b int CONSTRAINT c2 CHECK (b < 100));
INSERT INTO t VALUES ('x', 1);
