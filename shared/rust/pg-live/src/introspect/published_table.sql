-- Tables that publications name, and since 15 which of their columns and rows.
SELECT r.prpubid,
       quote_ident(n.nspname) || '.' || quote_ident(c.relname),
       NULL::text[], -- until 14
       NULL::text -- until 14
       ARRAY(SELECT a.attname::text -- since 15
               FROM unnest(r.prattrs) k (number) -- since 15
               JOIN pg_catalog.pg_attribute a ON a.attrelid = r.prrelid AND a.attnum = k.number), -- since 15
       pg_get_expr(r.prqual, r.prrelid) -- since 15
  FROM pg_catalog.pg_publication_rel r
  JOIN pg_catalog.pg_class c ON c.oid = r.prrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 ORDER BY 1, 2
