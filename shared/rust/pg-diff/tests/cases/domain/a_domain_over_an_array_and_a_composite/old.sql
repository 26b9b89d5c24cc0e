CREATE TYPE pair AS (a int, b int);
CREATE DOMAIN pairs AS pair[] CHECK (array_length(VALUE, 1) < 5);
CREATE TABLE t (id int, p pairs);
INSERT INTO t VALUES (1, '{"(1,2)"}');
