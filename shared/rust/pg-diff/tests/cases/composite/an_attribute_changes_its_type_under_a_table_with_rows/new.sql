CREATE TYPE pair AS (a bigint, b int);
CREATE TABLE t (id int PRIMARY KEY, p pair, ps pair[]);
CREATE VIEW v AS SELECT (p).a AS a FROM t;
