-- Constraints of tables, without NOT NULL and without the constraints by
-- which a foreign key to a partitioned table watches its partitions: those
-- are on the same table as the one they are part of.
SELECT k.oid,
       k.conrelid,
       k.conname::text,
       k.contype::text,
       pg_get_constraintdef(k.oid),
       k.convalidated,
       true, -- until 17
       k.conenforced, -- since 18
       k.condeferrable,
       k.condeferred,
       k.conkey,
       k.confrelid,
       k.conislocal,
       k.conparentid,
       k.conindid,
       i.inhparent,
       x.reloptions,
       false -- until 17
       k.conperiod -- since 18
  FROM pg_catalog.pg_constraint k
  JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_constraint parent ON parent.oid = k.conparentid
  LEFT JOIN pg_catalog.pg_class x ON x.oid = k.conindid AND k.contype IN ('p', 'u', 'x')
  LEFT JOIN pg_catalog.pg_inherits i ON i.inhrelid = x.oid
 WHERE k.contype IN ('p', 'u', 'x', 'c', 'f')
   AND k.conrelid >= 16384
   AND (parent.oid IS NULL OR parent.conrelid <> k.conrelid)
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
