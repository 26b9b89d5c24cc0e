-- The indexes of these tables that have a file.
SELECT i.indexrelid, n.nspname, c.relname, pg_catalog.pg_relation_filenode(c.oid), i.indrelid
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE i.indrelid = ANY ($1)
   AND c.relkind = 'i'
