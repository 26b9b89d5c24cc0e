-- Tells everybody in a database to go, but some; how many there were.
SELECT count(pg_catalog.pg_terminate_backend(a.pid))
  FROM pg_catalog.pg_stat_activity a
 WHERE a.datname = $1
   AND a.pid <> ALL ($2::int[])
