-- Triggers, without the server's own and without the clones of partitions.
SELECT t.oid,
       t.tgrelid,
       t.tgname::text,
       pg_get_triggerdef(t.oid),
       t.tgenabled::text,
       t.tgconstraint
  FROM pg_catalog.pg_trigger t
  JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT t.tgisinternal
   AND t.tgparentid = 0
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
