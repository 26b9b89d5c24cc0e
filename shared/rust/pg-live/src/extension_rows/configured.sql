-- Tables that extensions marked for dumps (pg_extension_config_dump): the
-- columns that COPY takes, the condition that tells the users' rows, and if
-- they hold numbers of objects, which are others in another database.
SELECT e.extname::text,
       pg_catalog.format('%I.%I', n.nspname, c.relname),
       coalesce(a.columns, ''),
       coalesce(e.extcondition[k.place], ''),
       coalesce(a.has_numbers, false)
  FROM pg_catalog.pg_extension e
 CROSS JOIN LATERAL pg_catalog.unnest(e.extconfig) WITH ORDINALITY AS k (relation, place)
  JOIN pg_catalog.pg_class c ON c.oid = k.relation AND c.relkind = 'r'
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 CROSS JOIN LATERAL (
       SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns,
              pg_catalog.bool_or(a.atttypid IN ('oid'::pg_catalog.regtype, '_oid'::pg_catalog.regtype)) AS has_numbers
         FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') a
 ORDER BY 2
