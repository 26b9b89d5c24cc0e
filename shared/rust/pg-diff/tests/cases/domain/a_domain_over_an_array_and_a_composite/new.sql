CREATE TYPE pair AS (a int, b int);
CREATE DOMAIN pairs AS pair[] CHECK (array_length(VALUE, 1) < 9);
CREATE DOMAIN sound_pair AS pair CHECK ((VALUE).a <= (VALUE).b);
CREATE TABLE t (id int, p pairs, q sound_pair);
