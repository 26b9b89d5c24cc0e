-- What our transaction has locked, and what became of it. A row per lock.
SELECT l.relation, l.mode, c.relkind::text, n.nspname, c.relname, i.indrelid,
       pg_catalog.pg_relation_filenode(l.relation),
       pg_catalog.pg_stat_get_xact_numscans(l.relation)
  FROM pg_catalog.pg_locks l
  LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = l.relation
 WHERE l.pid = pg_catalog.pg_backend_pid()
   AND l.locktype = 'relation'
   AND l.granted
   AND l.relation >= 16384
