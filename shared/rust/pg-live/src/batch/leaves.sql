-- The tables that hold the rows of this one, with their sizes in pages.
WITH RECURSIVE tree AS (
     SELECT pg_catalog.to_regclass($1)::oid AS relid
     UNION
     SELECT i.inhrelid FROM tree JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.relid)
SELECT n.nspname, c.relname,
       pg_catalog.pg_relation_size(c.oid) / current_setting('block_size')::bigint
  FROM tree
  JOIN pg_catalog.pg_class c ON c.oid = tree.relid AND c.relkind = 'r'
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 ORDER BY 1, 2
