-- Foreign servers.
SELECT s.oid,
       s.srvname::text,
       pg_get_userbyid(s.srvowner)::text,
       s.srvacl::text[],
       'CREATE SERVER ' || quote_ident(s.srvname)
         || coalesce(' TYPE ' || quote_literal(s.srvtype), '')
         || coalesce(' VERSION ' || quote_literal(s.srvversion), '')
         || ' FOREIGN DATA WRAPPER ' || quote_ident(f.fdwname)
         || coalesce(' OPTIONS (' || o.list || ')', ''),
       'SERVER ' || quote_ident(s.srvname)
  FROM pg_catalog.pg_foreign_server s
  JOIN pg_catalog.pg_foreign_data_wrapper f ON f.oid = s.srvfdw
 CROSS JOIN LATERAL (SELECT string_agg(quote_ident(option_name) || ' ' || quote_literal(option_value),
                                       ', ' ORDER BY option_name) AS list
                       FROM pg_options_to_table(s.srvoptions)) o
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_foreign_server'::regclass
                      AND d.objid = s.oid AND d.deptype = 'e')
