-- Sequences that extensions marked for dumps, and those that fill a column of a
-- table they marked; if somebody drew from them, where we may look.
SELECT DISTINCT e.extname::text,
       pg_catalog.format('%I.%I', n.nspname, c.relname),
       s.seqincrement,
       s.seqcycle,
       CASE WHEN pg_catalog.has_sequence_privilege(c.oid, 'SELECT, USAGE')
            THEN pg_catalog.pg_sequence_last_value(c.oid) IS NOT NULL END
  FROM pg_catalog.pg_extension e
 CROSS JOIN LATERAL pg_catalog.unnest(e.extconfig) AS k (relation)
  LEFT JOIN pg_catalog.pg_depend d
         ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
        AND d.refclassid = d.classid
        AND d.refobjid = k.relation
        AND d.deptype IN ('a', 'i')
  JOIN pg_catalog.pg_class c ON c.oid IN (k.relation, d.objid) AND c.relkind = 'S'
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid
 ORDER BY 2
