-- The time of a table is over; that of a column inside is not.
DO $$
DECLARE
    mark text := pg_catalog.obj_description('xtask_kept_public.kept_outer'::regclass, 'pg_class');
BEGIN
    mark := pg_catalog.regexp_replace(mark, '"until":"[^"]*"', '"until":"2020-01-01T00:00:00Z"');
    EXECUTE pg_catalog.format('COMMENT ON TABLE xtask_kept_public.kept_outer IS %L', mark);
END $$
