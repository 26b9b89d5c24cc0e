-- Foreign keys of these tables that hold for every row; what they refer to,
-- leaf by leaf.
SELECT k.oid, k.conrelid, coalesce(leaf.relid::oid, k.confrelid)
  FROM pg_catalog.pg_constraint k
  LEFT JOIN LATERAL (
       SELECT tree.relid FROM pg_catalog.pg_partition_tree(k.confrelid) tree WHERE tree.isleaf
       ) leaf ON true
 WHERE k.contype = 'f'
   AND k.convalidated
   AND ($1::oid[] IS NULL OR k.conrelid = ANY ($1))
