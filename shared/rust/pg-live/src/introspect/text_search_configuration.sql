-- Text search configurations: one row for each token type that has
-- dictionaries, or one without.
SELECT c.oid,
       c.cfgnamespace,
       c.cfgname::text,
       pg_get_userbyid(c.cfgowner)::text,
       quote_ident(pn.nspname) || '.' || quote_ident(p.prsname),
       t.alias,
       m.dictionaries
  FROM pg_catalog.pg_ts_config c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace
  JOIN pg_catalog.pg_ts_parser p ON p.oid = c.cfgparser
  JOIN pg_catalog.pg_namespace pn ON pn.oid = p.prsnamespace
  LEFT JOIN (SELECT m.mapcfg,
                    m.maptokentype,
                    array_agg(quote_ident(dn.nspname) || '.' || quote_ident(d.dictname) ORDER BY m.mapseqno)
                      AS dictionaries
               FROM pg_catalog.pg_ts_config_map m
               JOIN pg_catalog.pg_ts_dict d ON d.oid = m.mapdict
               JOIN pg_catalog.pg_namespace dn ON dn.oid = d.dictnamespace
              WHERE m.mapcfg >= 16384
              GROUP BY 1, 2) m ON m.mapcfg = c.oid
  LEFT JOIN LATERAL ts_token_type(c.cfgparser) t ON t.tokid = m.maptokentype
 WHERE c.oid >= 16384
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_ts_config'::regclass AND d.objid = c.oid AND d.deptype = 'e')
 ORDER BY c.oid, m.maptokentype
