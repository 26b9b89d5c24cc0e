-- Tables of users with the columns whose values are theirs: what is generated
-- is computed again, and a row type may have got another field.
SELECT n.nspname::text,
       c.relname::text,
       c.relkind::text,
       coalesce((SELECT array_agg(a.attname::text ORDER BY a.attname)
                   FROM pg_catalog.pg_attribute a
                  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                    AND a.attgenerated = ''
                    AND NOT EXISTS (SELECT FROM pg_catalog.pg_type t
                                     WHERE t.oid = a.atttypid AND t.typtype = 'c')), '{}') AS names,
       coalesce((SELECT array_agg(pg_catalog.format_type(a.atttypid, a.atttypmod)
                                  ORDER BY a.attname)
                   FROM pg_catalog.pg_attribute a
                  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                    AND a.attgenerated = ''
                    AND NOT EXISTS (SELECT FROM pg_catalog.pg_type t
                                     WHERE t.oid = a.atttypid AND t.typtype = 'c')), '{}') AS types,
       EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid) AS has_parents
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p')
   AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
                      AND d.deptype = 'e')
 ORDER BY 1, 2
