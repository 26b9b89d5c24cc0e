-- Clients whose snapshot is older than so many milliseconds.
SELECT a.pid, a.application_name, coalesce(a.usename::text, ''), coalesce(a.state, ''),
       coalesce(a.query, ''),
       (extract(epoch FROM clock_timestamp() - a.xact_start) * 1000)::bigint
  FROM pg_catalog.pg_stat_activity a
 WHERE a.datname = current_database()
   AND a.backend_type = 'client backend'
   AND a.backend_xmin IS NOT NULL
   AND a.pid <> $1
   AND a.xact_start < clock_timestamp() - $2::bigint * interval '1 millisecond'
 ORDER BY 6 DESC, 1
