CREATE TABLE p (
    id int,
    -- @renamed from=a
    name text
);
CREATE TABLE c (b int) INHERITS (p);
