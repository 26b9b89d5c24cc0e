CREATE TABLE t (a text, b text COMPRESSION lz4, c text COMPRESSION pglz);
INSERT INTO t VALUES ('x', 'y', 'z');
