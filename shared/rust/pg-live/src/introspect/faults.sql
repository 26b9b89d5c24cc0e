-- Invalid indexes, then constraints that were never validated.
SELECT true,
       pg_catalog.format('%I.%I', n.nspname, i.relname),
       pg_catalog.format('%I.%I', tn.nspname, t.relname)
  FROM pg_catalog.pg_index x
  JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = i.relnamespace
  JOIN pg_catalog.pg_class t ON t.oid = x.indrelid
  JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
 WHERE NOT x.indisvalid
   AND n.nspname !~ '^pg_'
UNION ALL
SELECT false,
       c.conname::text,
       c.conrelid::pg_catalog.regclass::text
  FROM pg_catalog.pg_constraint c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
 WHERE NOT c.convalidated
   AND c.conrelid <> 0
   -- 18: NOT ENFORCED is never validated, and meant so. As JSON, because the
   -- column is not there before.
   AND coalesce(pg_catalog.to_jsonb(c) ->> 'conenforced', 'true') = 'true'
   AND n.nspname !~ '^pg_'
   AND n.nspname <> 'information_schema'
 ORDER BY 1 DESC, 2
