CREATE TABLE t (
    id int PRIMARY KEY,
    -- @backfill 0
    n int NOT NULL
);
