CREATE TABLE t (
    a int,
    b text,
    -- @backfill a * 10 batch=10
    n int NOT NULL,
    PRIMARY KEY (a, b)
);
