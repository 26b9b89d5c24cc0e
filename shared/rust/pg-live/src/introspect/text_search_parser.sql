-- Text search parsers.
SELECT p.oid,
       p.prsnamespace,
       p.prsname::text,
       'CREATE ' || a.address || ' (START = ' || p.prsstart || ', GETTOKEN = ' || p.prstoken || ', END = ' || p.prsend
         || CASE WHEN p.prsheadline <> 0 THEN ', HEADLINE = ' || p.prsheadline ELSE '' END
         || ', LEXTYPES = ' || p.prslextype || ')',
       a.address
  FROM pg_catalog.pg_ts_parser p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.prsnamespace
 CROSS JOIN LATERAL (SELECT 'TEXT SEARCH PARSER ' || quote_ident(n.nspname) || '.' || quote_ident(p.prsname)
                            AS address) a
 WHERE p.oid >= 16384
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_ts_parser'::regclass AND d.objid = p.oid AND d.deptype = 'e')
