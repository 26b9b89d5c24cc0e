-- The columns whose values COPY gives, of every table of introspect/tables.sql
-- and some more, in their order (NULL: a table without any), and what a
-- partition is a part of in the end.
SELECT c.oid,
       n.nspname::text,
       c.relname::text,
       array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attname IS NOT NULL),
       rn.nspname::text,
       r.relname::text
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_class r
    ON c.relispartition AND r.oid = pg_catalog.pg_partition_root(c.oid)
  LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
  LEFT JOIN pg_catalog.pg_attribute a
    ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
 WHERE c.relkind = 'r'
 GROUP BY 1, 2, 3, 5, 6
