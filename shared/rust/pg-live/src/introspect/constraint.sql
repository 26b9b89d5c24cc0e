-- Constraints of tables, without NOT NULL and without the constraints by
-- which a foreign key to a partitioned table watches its partitions: those
-- are on the same table as the one they are part of. Plain ones of one column
-- are spelled here, because pg_get_constraintdef is slow; word for word alike.
SELECT k.oid,
       k.conrelid,
       k.conname::text,
       k.contype::text,
       CASE WHEN k.contype = 'p' AND plain.is_key THEN 'PRIMARY KEY (' || quote_ident(a.attname) || ')'
            WHEN k.contype = 'u' AND plain.is_key THEN 'UNIQUE (' || quote_ident(a.attname) || ')'
            WHEN k.contype = 'f' AND plain.is_reference
            THEN 'FOREIGN KEY (' || quote_ident(a.attname) || ') REFERENCES '
                 || quote_ident(fn.nspname) || '.' || quote_ident(f.relname) || '(' || quote_ident(fa.attname) || ')'
                 || CASE k.confupdtype WHEN 'r' THEN ' ON UPDATE RESTRICT' WHEN 'c' THEN ' ON UPDATE CASCADE'
                                       WHEN 'n' THEN ' ON UPDATE SET NULL' WHEN 'd' THEN ' ON UPDATE SET DEFAULT'
                                       ELSE '' END
                 || CASE k.confdeltype WHEN 'r' THEN ' ON DELETE RESTRICT' WHEN 'c' THEN ' ON DELETE CASCADE'
                                       WHEN 'n' THEN ' ON DELETE SET NULL' WHEN 'd' THEN ' ON DELETE SET DEFAULT'
                                       ELSE '' END
            ELSE pg_get_constraintdef(k.oid) END,
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
  LEFT JOIN pg_catalog.pg_index y ON y.indexrelid = x.oid
  LEFT JOIN pg_catalog.pg_attribute a
    ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] AND cardinality(k.conkey) = 1 AND k.contype <> 'c'
  LEFT JOIN (pg_catalog.pg_class f JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace) ON f.oid = k.confrelid
  LEFT JOIN pg_catalog.pg_attribute fa ON fa.attrelid = k.confrelid AND fa.attnum = k.confkey[1]
 CROSS JOIN LATERAL (
       SELECT a.attname IS NOT NULL
              AND NOT k.condeferrable
              AND NOT k.conperiod -- since 18
              AND NOT y.indnullsnotdistinct -- since 15
              AND y.indnatts = 1 AS is_key,
              a.attname IS NOT NULL
              AND NOT k.condeferrable
              AND k.convalidated
              AND k.conenforced -- since 18
              AND NOT k.conperiod -- since 18
              AND k.confdelsetcols IS NULL -- since 15
              AND k.confmatchtype = 's' AS is_reference) plain
 WHERE k.contype IN ('p', 'u', 'x', 'c', 'f')
   AND k.conrelid >= 16384
   AND (parent.oid IS NULL OR parent.conrelid <> k.conrelid)
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
