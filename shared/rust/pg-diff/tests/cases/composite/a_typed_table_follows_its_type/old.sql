CREATE TYPE row_type AS (id int, name text);
CREATE TABLE t OF row_type (PRIMARY KEY (id));
INSERT INTO t VALUES (1, 'x');
