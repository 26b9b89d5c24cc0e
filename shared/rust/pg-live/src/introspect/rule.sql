-- Rules, without those that make a view. The semicolon at the end goes.
SELECT r.oid,
       r.ev_class,
       r.rulename::text,
       left(pg_get_ruledef(r.oid), -1),
       r.ev_enabled::text
  FROM pg_catalog.pg_rewrite r
  JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE r.rulename <> '_RETURN'
   AND r.oid >= 16384
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
