CREATE TYPE pair AS (a int, b int);
CREATE TABLE t (id int PRIMARY KEY, p pair, ps pair[]);
CREATE VIEW v AS SELECT (p).a AS a FROM t;
INSERT INTO t VALUES (1, ROW(1, 2), ARRAY[ROW(3, 4)::pair]);
