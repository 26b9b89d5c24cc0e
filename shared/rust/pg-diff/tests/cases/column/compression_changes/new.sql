CREATE TABLE t (a text COMPRESSION lz4, b text COMPRESSION pglz, c text);
