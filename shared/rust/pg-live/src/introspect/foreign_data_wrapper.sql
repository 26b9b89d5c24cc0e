-- Foreign data wrappers that no extension brings.
SELECT f.oid,
       f.fdwname::text,
       pg_get_userbyid(f.fdwowner)::text,
       f.fdwacl::text[],
       'CREATE FOREIGN DATA WRAPPER ' || quote_ident(f.fdwname)
         || CASE WHEN f.fdwhandler <> 0 THEN ' HANDLER ' || f.fdwhandler::regproc ELSE '' END
         || CASE WHEN f.fdwvalidator <> 0 THEN ' VALIDATOR ' || f.fdwvalidator::regproc ELSE '' END
         || coalesce(' OPTIONS (' || o.list || ')', ''),
       'FOREIGN DATA WRAPPER ' || quote_ident(f.fdwname)
  FROM pg_catalog.pg_foreign_data_wrapper f
 CROSS JOIN LATERAL (SELECT string_agg(quote_ident(option_name) || ' ' || quote_literal(option_value),
                                       ', ' ORDER BY option_name) AS list
                       FROM pg_options_to_table(f.fdwoptions)) o
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_foreign_data_wrapper'::regclass
                      AND d.objid = f.oid AND d.deptype = 'e')
