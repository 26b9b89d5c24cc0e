CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT
    a,
    -- @renamed from=b
    b AS name
FROM t;
CREATE VIEW w AS SELECT name AS b FROM v;
