CREATE TABLE t (a int CHECK (a > 0), b text, CONSTRAINT "B b" CHECK (b <> ''));
INSERT INTO t VALUES (1, 'x');
