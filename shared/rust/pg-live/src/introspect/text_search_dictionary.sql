-- Text search dictionaries. The options are kept as CREATE takes them.
SELECT t.oid,
       t.dictnamespace,
       t.dictname::text,
       'CREATE ' || a.address || ' (TEMPLATE = ' || quote_ident(mn.nspname) || '.' || quote_ident(m.tmplname)
         || coalesce(', ' || nullif(t.dictinitoption, ''), '') || ')',
       a.address,
       pg_get_userbyid(t.dictowner)::text
  FROM pg_catalog.pg_ts_dict t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.dictnamespace
  JOIN pg_catalog.pg_ts_template m ON m.oid = t.dicttemplate
  JOIN pg_catalog.pg_namespace mn ON mn.oid = m.tmplnamespace
 CROSS JOIN LATERAL (SELECT 'TEXT SEARCH DICTIONARY ' || quote_ident(n.nspname) || '.' || quote_ident(t.dictname)
                            AS address) a
 WHERE t.oid >= 16384
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_ts_dict'::regclass AND d.objid = t.oid AND d.deptype = 'e')
