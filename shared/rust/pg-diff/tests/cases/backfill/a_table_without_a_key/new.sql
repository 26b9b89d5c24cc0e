CREATE TABLE t (
    a text,
    -- @backfill upper(coalesce(a, 'it''s')) batch=1
    b text NOT NULL
);
