BEGIN;
CREATE TABLE IF NOT EXISTS other (id int);
CREATE TABLE IF NOT EXISTS thing (
    id    serial PRIMARY KEY, -- its number
    name  varchar(20) DEFAULT lower('A, b') NOT NULL,
    other int REFERENCES other ON DELETE SET NULL DEFERRABLE NOT NULL,
    size  numeric(5, 2),
    CONSTRAINT ck_size CHECK (size > 0)
);
COMMENT ON COLUMN thing.size IS 'In metres.';
CREATE INDEX ix_name ON thing (name);
CREATE TYPE mood AS ENUM ('a', 'b');
COMMIT;
