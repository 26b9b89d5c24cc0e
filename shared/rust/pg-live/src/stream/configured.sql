-- Tables that extensions marked for dumps (pg_extension_config_dump), with the
-- condition that tells the users' rows.
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname),
       coalesce(e.extcondition[k.place], '')
  FROM pg_catalog.pg_extension e
 CROSS JOIN LATERAL pg_catalog.unnest(e.extconfig) WITH ORDINALITY AS k (relation, place)
  JOIN pg_catalog.pg_class c ON c.oid = k.relation AND c.relkind = 'r'
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 ORDER BY 1
