-- Dead rows are taken away by autovacuum, or not at all.
SELECT true,
       'autovacuum is off: dead rows stay, and transaction ids run out',
       'ALTER SYSTEM SET autovacuum = on;' || E'\nSELECT pg_reload_conf();'
 WHERE pg_catalog.current_setting('autovacuum') = 'off'
UNION ALL
SELECT false,
       c.oid::pg_catalog.regclass || ' is left out by autovacuum',
       'ALTER TABLE ' || c.oid::pg_catalog.regclass || ' RESET (autovacuum_enabled);'
  FROM pg_catalog.pg_class c
 WHERE c.relkind IN ('r', 'm')
   AND pg_catalog.array_to_string(c.reloptions, ' ') ~ 'autovacuum_enabled=(false|off|no|0)'
