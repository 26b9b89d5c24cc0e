CREATE TYPE row_type AS (id int, name text, added date);
CREATE TABLE t OF row_type (PRIMARY KEY (id), name WITH OPTIONS DEFAULT 'n');
