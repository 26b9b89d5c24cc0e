-- Everything that somebody made in a database; extensions, and not what is theirs.
WITH made (class, oid, name) AS (
  SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, c.oid,
         pg_catalog.format('%I.%I', n.nspname, c.relname)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  UNION ALL
  SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid,
         pg_catalog.format('%I.%I()', n.nspname, p.proname)
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
   WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  UNION ALL
  SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid,
         pg_catalog.format('%I.%I', n.nspname, t.typname)
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
   WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND t.typtype IN ('d', 'e', 'r')
  UNION ALL
  SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass, n.oid,
         pg_catalog.format('the namespace %I', n.nspname)
    FROM pg_catalog.pg_namespace n
   WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'public')
  UNION ALL
  SELECT 'pg_catalog.pg_extension'::pg_catalog.regclass, x.oid, 'extension ' || x.extname
    FROM pg_catalog.pg_extension x
   WHERE x.extname <> 'plpgsql'
  UNION ALL
  SELECT 'pg_catalog.pg_event_trigger'::pg_catalog.regclass, e.oid, 'event trigger ' || e.evtname
    FROM pg_catalog.pg_event_trigger e
  UNION ALL
  SELECT 'pg_catalog.pg_foreign_server'::pg_catalog.regclass, f.oid, 'foreign server ' || f.srvname
    FROM pg_catalog.pg_foreign_server f
  UNION ALL
  SELECT 'pg_catalog.pg_publication'::pg_catalog.regclass, b.oid, 'publication ' || b.pubname
    FROM pg_catalog.pg_publication b
  UNION ALL
  SELECT 'pg_catalog.pg_largeobject_metadata'::pg_catalog.regclass, m.oid, 'large object ' || m.oid
    FROM pg_catalog.pg_largeobject_metadata m)
SELECT m.name
  FROM made m
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = m.class AND d.objid = m.oid AND d.deptype = 'e')
 ORDER BY 1
 LIMIT 3
