CREATE TABLE t (a text, b text, c bytea, d numeric);
ALTER TABLE t ALTER a SET STORAGE EXTERNAL, ALTER d SET STORAGE PLAIN;
INSERT INTO t VALUES ('x', 'y', 'z', 1);
