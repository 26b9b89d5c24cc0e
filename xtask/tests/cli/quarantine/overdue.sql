-- The time of one column is over: its comment says so.
DO $$
DECLARE
    mark text := pg_catalog.col_description('public.kept_users'::regclass, (
        SELECT attnum FROM pg_catalog.pg_attribute
         WHERE attrelid = 'public.kept_users'::regclass AND attname = 'xtask_kept_notes'));
BEGIN
    mark := pg_catalog.regexp_replace(mark, '"until":"[^"]*"', '"until":"2020-01-01T00:00:00Z"');
    EXECUTE pg_catalog.format('COMMENT ON COLUMN public.kept_users.xtask_kept_notes IS %L', mark);
END $$
