CREATE TABLE t (
    id int PRIMARY KEY,
    -- @renamed from=mail
    email text NOT NULL DEFAULT 'a@b'
);
