-- Every table that holds rows of somebody's, the journals of the tools among
-- them, and every large object: what rows can be written to.
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), true
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r'
   AND c.relpersistence <> 't'
   AND n.nspname <> 'information_schema'
   AND n.nspname !~ '^pg_'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                      AND d.objid = c.oid
                      AND d.deptype = 'e')
UNION ALL
SELECT 'large object ' || m.oid, false
  FROM pg_catalog.pg_largeobject_metadata m
 ORDER BY 2 DESC, 1
