CREATE TABLE t (a text, b text, c bytea, d numeric);
ALTER TABLE t ALTER b SET STORAGE MAIN, ALTER c SET STORAGE PLAIN;
