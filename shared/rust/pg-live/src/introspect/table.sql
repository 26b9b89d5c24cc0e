-- Tables, partitioned ones and partitions among them.
SELECT c.oid,
       c.relkind = 'p',
       c.relpersistence = 'u',
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
       c.relispartition,
       pg_get_expr(c.relpartbound, c.oid),
       c.reloptions,
       t.reloptions,
       m.amname::text,
       c.relreplident::text,
       replica.relname::text,
       c.relrowsecurity,
       c.relforcerowsecurity,
       clustered.relname::text,
       CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid AND t.reloptions IS NOT NULL
  LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam AND m.amname <> 'heap'
  LEFT JOIN (pg_catalog.pg_index rx JOIN pg_catalog.pg_class replica ON replica.oid = rx.indexrelid)
    ON rx.indrelid = c.oid AND rx.indisreplident AND c.relreplident = 'i'
  LEFT JOIN (pg_catalog.pg_index cx JOIN pg_catalog.pg_class clustered ON clustered.oid = cx.indexrelid)
    ON cx.indrelid = c.oid AND cx.indisclustered
 WHERE c.relkind IN ('r', 'p')
   AND c.oid >= 16384
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
