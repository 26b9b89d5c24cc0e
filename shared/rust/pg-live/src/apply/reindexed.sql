-- What REINDEX CONCURRENTLY leaves when it is interrupted: the half-built new
-- index (_ccnew) or the old one (_ccold), with a number when there are more.
SELECT n.nspname, c.relname
  FROM pg_catalog.pg_class target
  JOIN pg_catalog.pg_namespace n ON n.oid = target.relnamespace
  JOIN pg_catalog.pg_index t ON t.indexrelid = target.oid
  JOIN pg_catalog.pg_index i ON i.indrelid = t.indrelid AND NOT i.indisvalid
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
 WHERE n.nspname = $1
   AND target.relname = $2
   AND starts_with(c.relname::text, $2)
   AND substr(c.relname::text, length($2) + 1) ~ '^_cc(new|old)[0-9]*$'
