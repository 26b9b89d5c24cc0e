WITH RECURSIVE tree AS (
     SELECT pg_catalog.to_regclass({table})::oid AS relid
     UNION
     SELECT i.inhrelid FROM tree JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.relid)
SELECT coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint
  FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.relid AND c.relkind = 'r'
