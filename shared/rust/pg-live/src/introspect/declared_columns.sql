-- Columns whose value a seed row declares: not those the server fills by
-- itself (identity, generated, sequence, time of insertion, random).
SELECT n.nspname::text,
       c.relname::text,
       pg_catalog.array_agg(a.attname::text ORDER BY a.attnum)
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_catalog.pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum
 WHERE c.relkind = 'r'
   AND n.nspname !~ '^pg_'
   AND n.nspname <> 'information_schema'
   AND a.attidentity = ''
   AND a.attgenerated = ''
   AND coalesce(pg_catalog.pg_get_expr(f.adbin, f.adrelid), '')
       !~* '(nextval|now|random|uuid\w*|(statement|clock|transaction)_timestamp)\(|^(\(?)(CURRENT_|LOCALTIME)'
 GROUP BY 1, 2
