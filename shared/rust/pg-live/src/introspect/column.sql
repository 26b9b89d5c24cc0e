-- Columns of tables, foreign tables, views and materialized views, with their
-- defaults and the expressions of generated ones.
SELECT a.attrelid,
       a.attnum,
       a.attname::text,
       format_type(a.atttypid, a.atttypmod),
       CASE WHEN o.oid IS NOT NULL THEN quote_ident(oname.nspname) || '.' || quote_ident(o.collname) END,
       a.attnotnull,
       a.attidentity::text,
       a.attgenerated::text,
       CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage::text END,
       a.attcompression::text,
       CASE WHEN a.attstattarget >= 0 THEN a.attstattarget::int END,
       -- Without the server's own notes: 17.12 keeps a pg_attver there.
       CASE WHEN a.attoptions IS NOT NULL
            THEN ARRAY(SELECT it FROM unnest(a.attoptions) it WHERE it ~ '^n_distinct') END,
       CASE WHEN a.attfdwoptions IS NOT NULL
            THEN ARRAY(SELECT quote_ident(option_name) || ' ' || quote_literal(option_value)
                         FROM pg_options_to_table(a.attfdwoptions)) END,
       a.attislocal,
       a.attacl::text[],
       d.oid,
       pg_get_expr(d.adbin, d.adrelid)
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  LEFT JOIN (pg_catalog.pg_collation o JOIN pg_catalog.pg_namespace oname ON oname.oid = o.collnamespace)
    ON o.oid = a.attcollation AND a.attcollation <> t.typcollation
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attnum > 0
   AND NOT a.attisdropped
   AND a.attrelid >= 16384
   AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
