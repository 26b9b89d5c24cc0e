-- Who keeps this session waiting. A prepared transaction has no session.
SELECT b.pid, coalesce(a.application_name, ''), coalesce(a.usename::text, ''),
       coalesce(a.state, a.backend_type, 'prepared'), coalesce(a.query, ''),
       (extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, a.query_start,
            (SELECT min(p.prepared) FROM pg_catalog.pg_prepared_xacts p WHERE b.pid = 0)))
        * 1000)::bigint
  FROM (SELECT DISTINCT unnest(pg_catalog.pg_blocking_pids($1)) AS pid) b
  LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid
 ORDER BY 6 DESC NULLS LAST, 1
