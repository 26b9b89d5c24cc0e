-- Everything that rows can be written to, and of it what can be locked: tables
-- of somebody's, the journals of the tools among them; those of extensions that
-- hold rows of somebody's; the list of large objects, or where only a superuser
-- may lock that, that there are any.
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), true
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r'
   AND c.relpersistence <> 't'
   AND n.nspname <> 'information_schema'
   AND n.nspname !~ '^pg_'
   AND (NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                     WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                       AND d.objid = c.oid
                       AND d.deptype = 'e')
        OR EXISTS (SELECT FROM pg_catalog.pg_extension e WHERE c.oid = ANY (e.extconfig))
           AND pg_catalog.has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE'))
UNION ALL
SELECT 'pg_catalog.pg_largeobject_metadata', true
 WHERE pg_catalog.has_table_privilege('pg_catalog.pg_largeobject_metadata', 'UPDATE')
UNION ALL
(SELECT 'large object ' || m.oid, false
   FROM pg_catalog.pg_largeobject_metadata m
  WHERE NOT pg_catalog.has_table_privilege('pg_catalog.pg_largeobject_metadata', 'UPDATE')
  LIMIT 1)
 ORDER BY 2 DESC, 1
