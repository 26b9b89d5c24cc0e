CREATE TABLE t (
    id int PRIMARY KEY,
    -- @backfill split_part(full_name, ' ', 1)
    first_name text NOT NULL,
    -- @backfill split_part(full_name, ' ', 2)
    last_name text NOT NULL
);
