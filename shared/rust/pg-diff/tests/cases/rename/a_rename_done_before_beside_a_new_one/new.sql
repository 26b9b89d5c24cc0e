CREATE TABLE t (
    id int PRIMARY KEY,
    -- @renamed from=a
    new_a text,
    -- @renamed from=b
    new_b text
);
