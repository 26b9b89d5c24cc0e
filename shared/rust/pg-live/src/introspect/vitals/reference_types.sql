-- A reference that is narrower than the key it points to fails one day.
SELECT false,
       c.conrelid::pg_catalog.regclass || '.' || a.attname || ' is ' || pg_catalog.format_type(a.atttypid, NULL)
           || ', the key it refers to is ' || pg_catalog.format_type(k.atttypid, NULL),
       'ALTER TABLE ' || c.conrelid::pg_catalog.regclass || ' ALTER COLUMN ' || pg_catalog.quote_ident(a.attname)
           || ' TYPE ' || pg_catalog.format_type(k.atttypid, NULL) || ';'
  FROM pg_catalog.pg_constraint c
  CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(c.conkey), pg_catalog.unnest(c.confkey)) AS pair (own, other)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = pair.own
  JOIN pg_catalog.pg_attribute k ON k.attrelid = c.confrelid AND k.attnum = pair.other
 WHERE c.contype = 'f'
   AND c.conparentid = 0
   AND (a.atttypid, k.atttypid) IN (
       ('integer'::pg_catalog.regtype, 'bigint'::pg_catalog.regtype),
       ('smallint'::pg_catalog.regtype, 'bigint'::pg_catalog.regtype),
       ('smallint'::pg_catalog.regtype, 'integer'::pg_catalog.regtype))
