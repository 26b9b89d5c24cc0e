-- Foreign tables.
SELECT f.ftrelid,
       s.srvname::text,
       ARRAY(SELECT quote_ident(option_name) || ' ' || quote_literal(option_value)
               FROM pg_options_to_table(f.ftoptions)),
       c.relispartition,
       pg_get_expr(c.relpartbound, c.oid)
  FROM pg_catalog.pg_foreign_table f
  JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver
  JOIN pg_catalog.pg_class c ON c.oid = f.ftrelid
