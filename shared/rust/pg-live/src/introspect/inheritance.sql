-- Children and parents of tables, and of indexes of partitions.
SELECT i.inhrelid,
       i.inhparent
  FROM pg_catalog.pg_inherits i
 ORDER BY i.inhrelid, i.inhseqno
