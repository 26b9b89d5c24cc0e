-- Every type a column can have, with what its values are made of.
SELECT t.oid,
       t.oid::regtype::text AS name,
       t.typname::text,
       t.typtype::text,
       t.typcategory::text,
       t.typelem,
       t.typbasetype,
       coalesce((SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder)
                   FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid), '{}') AS labels,
       coalesce((SELECT array_agg(a.atttypid ORDER BY a.attnum)
                   FROM pg_catalog.pg_attribute a
                  WHERE a.attrelid = t.typrelid AND a.attnum > 0
                    AND NOT a.attisdropped), '{}') AS attributes,
       coalesce((SELECT string_agg(pg_catalog.pg_get_constraintdef(k.oid), ' ')
                   FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'),
                '') AS checks
  FROM pg_catalog.pg_type t
 WHERE t.typtype <> 'p'
