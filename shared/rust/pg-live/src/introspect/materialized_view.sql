-- Materialized views. The semicolon at the end goes.
SELECT c.oid,
       left(pg_get_viewdef(c.oid), -1),
       c.reloptions,
       t.reloptions,
       m.amname::text,
       c.relispopulated,
       clustered.relname::text
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid AND t.reloptions IS NOT NULL
  LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam AND m.amname <> 'heap'
  LEFT JOIN (pg_catalog.pg_index x JOIN pg_catalog.pg_class clustered ON clustered.oid = x.indexrelid)
    ON x.indrelid = c.oid AND x.indisclustered
 WHERE c.relkind = 'm'
   AND c.oid >= 16384
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
