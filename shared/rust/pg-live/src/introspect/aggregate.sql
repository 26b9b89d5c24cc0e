-- Aggregates: what CREATE AGGREGATE is told.
SELECT p.oid,
       p.pronamespace,
       p.proname::text,
       (SELECT string_agg(format_type(t.type, NULL), ', ' ORDER BY t.at)
          FROM unnest(p.proargtypes) WITH ORDINALITY t (type, at)),
       pg_get_userbyid(p.proowner)::text,
       p.proacl::text[],
       quote_ident(n.nspname) || '.' || quote_ident(p.proname),
       pg_get_function_arguments(p.oid),
       a.aggkind::text,
       p.proparallel::text,
       ARRAY[a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn,
             a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn]::text[],
       format_type(a.aggtranstype, NULL),
       CASE WHEN a.aggmtranstype <> 0 THEN format_type(a.aggmtranstype, NULL) END,
       a.aggtransspace,
       a.aggmtransspace,
       quote_literal(a.agginitval),
       quote_literal(a.aggminitval),
       a.aggfinalextra,
       a.aggmfinalextra,
       a.aggfinalmodify::text,
       a.aggmfinalmodify::text,
       'OPERATOR(' || quote_ident(sn.nspname) || '.' || s.oprname || ')'
  FROM pg_catalog.pg_aggregate a
  JOIN pg_catalog.pg_proc p ON p.oid = a.aggfnoid
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  LEFT JOIN (pg_catalog.pg_operator s JOIN pg_catalog.pg_namespace sn ON sn.oid = s.oprnamespace) ON s.oid = a.aggsortop
 WHERE p.oid >= 16384
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
