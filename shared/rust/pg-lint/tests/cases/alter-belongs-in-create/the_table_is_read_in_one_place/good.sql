CREATE TABLE IF NOT EXISTS t (
    id    bigint CONSTRAINT pk_t PRIMARY KEY,
    kind  text NOT NULL DEFAULT 'a',
    title text
);
ALTER TABLE t ALTER COLUMN title SET STORAGE external, OWNER TO CURRENT_USER;
-- Two tables that refer to each other: one of the keys has to wait.
CREATE TABLE IF NOT EXISTS a (id bigint CONSTRAINT pk_a PRIMARY KEY, b bigint);
CREATE TABLE IF NOT EXISTS b (id bigint CONSTRAINT pk_b PRIMARY KEY, a bigint);
CREATE INDEX IF NOT EXISTS idx_a_b ON a (b);
ALTER TABLE a DROP CONSTRAINT IF EXISTS fk_a_b;
ALTER TABLE a ADD CONSTRAINT fk_a_b FOREIGN KEY (b) REFERENCES b ON DELETE CASCADE;
