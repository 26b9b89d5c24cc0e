CREATE TYPE pair AS (
    -- @renamed from=a
    x int,
    b int
);
CREATE DOMAIN d AS int
    -- @renamed from=old_one
    CONSTRAINT new_one CHECK (VALUE > 0);
CREATE TABLE t (id int PRIMARY KEY, p pair, d d);
CREATE VIEW v AS SELECT (p).x AS a FROM t;
