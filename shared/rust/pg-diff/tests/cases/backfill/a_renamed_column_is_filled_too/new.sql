CREATE TABLE t (
    id int PRIMARY KEY,
    -- @renamed from=a
    -- @backfill 'none'
    b text NOT NULL
);
