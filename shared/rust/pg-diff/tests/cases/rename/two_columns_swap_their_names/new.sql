CREATE TABLE t (
    id int PRIMARY KEY,
    -- @renamed from=a
    b text,
    -- @renamed from=b
    a text
);
CREATE VIEW v AS SELECT a, b FROM t;
