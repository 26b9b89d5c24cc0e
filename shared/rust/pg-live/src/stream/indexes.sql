-- How large the indexes of users are: how long building them takes.
SELECT c.relname::text, pg_catalog.max(pg_catalog.pg_relation_size(c.oid))
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'i'
   AND n.nspname !~ '^pg_'
 GROUP BY 1
