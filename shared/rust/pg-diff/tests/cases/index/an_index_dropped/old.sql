CREATE TABLE t (a int, b text);
CREATE INDEX "My Index" ON t (a);
CREATE UNIQUE INDEX ON t (b);
INSERT INTO t VALUES (1, 'x');
