CREATE TABLE t (
    id int PRIMARY KEY,
    -- @backfill id
    n int NOT NULL CONSTRAINT positive CHECK (n > 0)
);
CREATE UNIQUE INDEX t_n ON t (n);
