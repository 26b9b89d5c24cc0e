CREATE TABLE t (
    id int PRIMARY KEY,
    -- @renamed from=n
    m int DEFAULT 6 NOT NULL
);
CREATE INDEX t_n ON t (m);
