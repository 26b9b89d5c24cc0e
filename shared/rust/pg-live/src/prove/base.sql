-- Every relation of a user, before the plan; for an index, its table.
SELECT c.oid, c.relkind::text, n.nspname, c.relname, i.indrelid,
       pg_catalog.pg_relation_filenode(c.oid)
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
 WHERE c.oid >= 16384
   AND c.relkind <> 't'
   AND n.nspname <> 'pg_toast'
