CREATE TABLE t (
    id int PRIMARY KEY,
    title text,
    -- @backfill coalesce(lower(title), 'none')
    slug text NOT NULL
);
