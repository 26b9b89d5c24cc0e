CREATE TABLE t (
    -- @renamed from=a
    b int,
    -- @renamed from=b
    c int,
    -- @renamed from=c
    d int,
    a int DEFAULT 0
);
