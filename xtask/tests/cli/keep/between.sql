-- A schema without contrib modules, with what makes a move hard: an identity,
-- partitions, an enum, a generated column, tables that refer to each other.
BEGIN;

CREATE TYPE moved_state AS ENUM ('open', 'done');

CREATE TABLE event_config (
    key   text PRIMARY KEY,
    value jsonb NOT NULL
);

CREATE TABLE moved_note (
    id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    state moved_state NOT NULL,
    past  moved_state[],
    after bigint REFERENCES moved_note (id)
);

CREATE TABLE moved_part (
    id    bigint,
    name  text,
    score integer CHECK (score > 0),
    twice integer GENERATED ALWAYS AS (score * 2) STORED,
    PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE TABLE moved_part_low PARTITION OF moved_part FOR VALUES FROM (0) TO (100);
CREATE TABLE moved_part_high PARTITION OF moved_part FOR VALUES FROM (100) TO (1000);

CREATE MATERIALIZED VIEW moved_count AS SELECT count(*) AS parts FROM moved_part;

CREATE OR REPLACE FUNCTION schema_ready()
RETURNS boolean
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
AS $$
    SELECT true
$$;

COMMIT;
