-- Text search templates.
SELECT t.oid,
       t.tmplnamespace,
       t.tmplname::text,
       'CREATE ' || a.address || ' ('
         || CASE WHEN t.tmplinit <> 0 THEN 'INIT = ' || t.tmplinit || ', ' ELSE '' END
         || 'LEXIZE = ' || t.tmpllexize || ')',
       a.address
  FROM pg_catalog.pg_ts_template t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.tmplnamespace
 CROSS JOIN LATERAL (SELECT 'TEXT SEARCH TEMPLATE ' || quote_ident(n.nspname) || '.' || quote_ident(t.tmplname)
                            AS address) a
 WHERE t.oid >= 16384
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_ts_template'::regclass AND d.objid = t.oid AND d.deptype = 'e')
