-- Every table that holds rows of its own, belongs to no extension and is not the
-- journal of data migrations, with the planner's row estimate (-1: never analysed) and its size with indexes.
SELECT n.nspname::text,
       c.relname::text,
       -- The density of the last ANALYZE over the pages there are now, as the
       -- planner reckons; -1 where nothing is known.
       CASE WHEN c.reltuples > 0 AND c.relpages > 0
            THEN (c.reltuples / c.relpages
                  * (pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::int))::bigint
            ELSE -1 END,
       pg_catalog.pg_total_relation_size(c.oid)
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r'
   AND c.relpersistence <> 't'
   AND n.nspname <> 'information_schema'
   AND (n.nspname, c.relname) <> ('xtask', 'data_migrations')
   AND n.nspname !~ '^pg_'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                      AND d.objid = c.oid
                      AND d.deptype = 'e')
 ORDER BY 1, 2
