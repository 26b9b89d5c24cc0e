-- Where sequences are, and the tables they go with.
SELECT s.schemaname::text, s.sequencename::text, s.last_value,
       tn.nspname::text, t.relname::text
  FROM pg_catalog.pg_sequences s
  LEFT JOIN pg_catalog.pg_depend d
    ON d.classid = 'pg_catalog.pg_class'::regclass
   AND d.objid = (SELECT c.oid FROM pg_catalog.pg_class c
                    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                   WHERE n.nspname = s.schemaname AND c.relname = s.sequencename)
   AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0
   AND d.deptype IN ('a', 'i')
  LEFT JOIN pg_catalog.pg_class t ON t.oid = d.refobjid
  LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
 WHERE s.last_value IS NOT NULL
