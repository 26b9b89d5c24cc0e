CREATE TABLE t (
    id int PRIMARY KEY,
    -- @using (flags & 1) = 1
    flags boolean NOT NULL,
    -- @using string_to_array(tags, ', ')
    tags text[],
    -- @using extract(year FROM at)::int
    at int
);
