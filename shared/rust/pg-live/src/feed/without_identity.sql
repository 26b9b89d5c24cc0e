-- Tables among these, and the partitions below them, whose changes cannot be
-- told: rows that nothing identifies, and rows that no log has.
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname),
       CASE WHEN c.relpersistence <> 'p' THEN 'is unlogged' ELSE 'has no replica identity' END
  FROM pg_catalog.unnest($1::text[]) AS t (name)
 CROSS JOIN LATERAL (
       SELECT t.name::pg_catalog.regclass::pg_catalog.oid AS oid
       UNION
       SELECT p.relid FROM pg_catalog.pg_partition_tree(t.name::pg_catalog.regclass) AS p) AS tree
  JOIN pg_catalog.pg_class c ON c.oid = tree.oid AND c.relkind = 'r'
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relpersistence <> 'p'
    OR c.relreplident = 'n'
    OR (c.relreplident = 'd' AND NOT EXISTS (
          SELECT FROM pg_catalog.pg_index x WHERE x.indrelid = c.oid AND x.indisprimary))
 ORDER BY 1
