-- Types of these columns, in their order.
SELECT pg_catalog.format_type(a.atttypid, a.atttypmod)
  FROM unnest($2::text[]) WITH ORDINALITY AS wanted (name, place)
  JOIN pg_catalog.pg_attribute a
    ON a.attrelid = pg_catalog.to_regclass($1) AND a.attname = wanted.name
   AND NOT a.attisdropped
 ORDER BY wanted.place
