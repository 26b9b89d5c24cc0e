-- Functions, procedures and window functions, without the constructors of
-- range types, which are part of them.
SELECT p.oid,
       p.pronamespace,
       p.proname::text,
       (SELECT string_agg(format_type(a.type, NULL), ', ' ORDER BY a.at)
          FROM unnest(p.proargtypes) WITH ORDINALITY a (type, at)),
       pg_get_userbyid(p.proowner)::text,
       p.proacl::text[],
       p.prokind::text,
       pg_get_functiondef(p.oid),
       pg_get_function_identity_arguments(p.oid),
       pg_get_function_result(p.oid),
       p.pronargdefaults,
       p.prosqlbody IS NOT NULL
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
 WHERE p.prokind IN ('f', 'p', 'w')
   AND p.oid >= 16384
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
