-- Databases whose name starts with $1, oldest first: oids only grow.
SELECT d.datname::text,
       coalesce(pg_catalog.pg_database_size(d.oid), 0)
  FROM pg_catalog.pg_database d
 WHERE pg_catalog.starts_with(d.datname::text, $1)
 ORDER BY d.oid
