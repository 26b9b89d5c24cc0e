-- The unique keys of every table, as expressions over the table's own
-- columns, with the predicate of partial ones. Keys filled by the server
-- (identity, serial, generated uuid) say nothing about which row is meant.
SELECT n.nspname::text,
       c.relname::text,
       array(SELECT pg_catalog.pg_get_indexdef(x.indexrelid, k, true)
               FROM pg_catalog.generate_series(1, x.indnkeyatts::int) k
              ORDER BY k),
       pg_catalog.pg_get_expr(x.indpred, x.indrelid, true)
  FROM pg_catalog.pg_index x
  JOIN pg_catalog.pg_class c ON c.oid = x.indrelid AND c.relkind = 'r'
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE x.indisunique
   AND n.nspname !~ '^pg_'
   AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a
                     LEFT JOIN pg_catalog.pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
                    WHERE a.attrelid = c.oid
                      AND a.attnum = ANY (x.indkey)
                      AND (a.attidentity <> ''
                           OR pg_catalog.pg_get_expr(f.adbin, f.adrelid) ~ '(nextval|uuid\w*)\('))
 ORDER BY 1, 2, x.indexrelid
