-- Tables among these, and the partitions below them, whose changes cannot be
-- told: rows that nothing identifies, rows that no log has, and rows that a column
-- identifies which is not published ($2: a list of them in JSON; NULL for all).
-- Source: pub_collist_contains_invalid_column: the server would refuse every UPDATE.
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname),
       CASE WHEN c.relpersistence <> 'p' THEN 'is unlogged'
            WHEN c.relreplident = 'f' THEN 'has REPLICA IDENTITY FULL, and not every column of it is published'
            WHEN hidden.name IS NOT NULL THEN
                 pg_catalog.format('is identified by %I, which is not published', hidden.name)
            ELSE 'has no replica identity' END
  FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS t (name, columns)
 CROSS JOIN LATERAL (
       SELECT t.name::pg_catalog.regclass::pg_catalog.oid AS oid
       UNION
       SELECT p.relid FROM pg_catalog.pg_partition_tree(t.name::pg_catalog.regclass) AS p) AS tree
  JOIN pg_catalog.pg_class c ON c.oid = tree.oid AND c.relkind = 'r'
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN LATERAL (
       SELECT min(a.attname::text) AS name
         FROM pg_catalog.pg_index x
         JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (x.indkey)
        WHERE x.indrelid = c.oid
          AND CASE c.relreplident WHEN 'd' THEN x.indisprimary WHEN 'i' THEN x.indisreplident ELSE false END
          AND NOT coalesce(t.columns::pg_catalog.jsonb OPERATOR(pg_catalog.?) a.attname::text, true)) AS hidden ON true
 WHERE c.relpersistence <> 'p'
    OR c.relreplident = 'n'
    OR (c.relreplident = 'f' AND t.columns IS NOT NULL)
    OR hidden.name IS NOT NULL
    OR (c.relreplident = 'd' AND NOT EXISTS (
          SELECT FROM pg_catalog.pg_index x WHERE x.indrelid = c.oid AND x.indisprimary))
 ORDER BY 1
