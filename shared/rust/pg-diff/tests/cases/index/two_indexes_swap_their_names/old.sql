CREATE TABLE t (a int, b int);
CREATE INDEX one ON t (a);
CREATE INDEX two ON t (b);
INSERT INTO t VALUES (1, 2);
