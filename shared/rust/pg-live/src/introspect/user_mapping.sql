-- User mappings. The view shows options only to who may see them; the table
-- is for superusers.
SELECT m.umid,
       m.srvname::text,
       CASE WHEN m.umuser = 0 THEN 'PUBLIC' ELSE m.usename::text END,
       'CREATE ' || a.address || coalesce(' OPTIONS (' || o.list || ')', ''),
       a.address
  FROM pg_catalog.pg_user_mappings m
 CROSS JOIN LATERAL (SELECT 'USER MAPPING FOR '
                            || CASE WHEN m.umuser = 0 THEN 'PUBLIC' ELSE quote_ident(m.usename) END
                            || ' SERVER ' || quote_ident(m.srvname) AS address) a
 CROSS JOIN LATERAL (SELECT string_agg(quote_ident(option_name) || ' ' || quote_literal(option_value),
                                       ', ' ORDER BY option_name) AS list
                       FROM pg_options_to_table(m.umoptions)) o
