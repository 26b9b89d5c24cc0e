-- Columns that an INSERT may name.
SELECT a.attrelid,
       a.attnum,
       pg_catalog.quote_ident(a.attname) AS name,
       a.atttypid,
       pg_catalog.format_type(a.atttypid, a.atttypmod) AS type_name,
       a.attnotnull,
       a.atthasdef OR a.attidentity <> '' AS has_default
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
 WHERE c.relkind = 'r' AND c.oid >= 16384
   AND a.attnum > 0 AND NOT a.attisdropped
   AND a.attgenerated = '' AND a.attidentity <> 'a'
 ORDER BY a.attrelid, a.attnum
