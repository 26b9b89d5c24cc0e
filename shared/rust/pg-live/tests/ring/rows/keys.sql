-- Foreign keys that a table has of itself: columns, and where they point.
SELECT k.conrelid, k.conkey, k.confrelid, k.confrelid::regclass::text, k.confkey,
       (SELECT array_agg(pg_catalog.quote_ident(a.attname) ORDER BY place)
          FROM unnest(k.confkey) WITH ORDINALITY AS key (number, place)
          JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = key.number)
  FROM pg_catalog.pg_constraint k
 WHERE k.contype = 'f'
 ORDER BY k.conrelid, k.conname
