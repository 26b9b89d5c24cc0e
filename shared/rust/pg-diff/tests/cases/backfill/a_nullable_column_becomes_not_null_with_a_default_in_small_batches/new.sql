CREATE TABLE t (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- @backfill -1 batch=100
    n int DEFAULT 7 NOT NULL,
    -- @backfill '2024-01-01 00:00Z'::timestamptz batch=333
    at timestamptz DEFAULT now() NOT NULL
);
