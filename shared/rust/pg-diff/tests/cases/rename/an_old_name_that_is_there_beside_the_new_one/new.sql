CREATE TABLE t (
    id int PRIMARY KEY,
    a text NOT NULL,
    -- @renamed from=a
    b text
);
