-- Milliseconds that the client waits for a lock who waits longest.
SELECT coalesce(max(extract(epoch FROM clock_timestamp() - l.waitstart) * 1000), 0)::float8,
       coalesce(max(a.application_name), '')
  FROM pg_locks l
  JOIN pg_stat_activity a USING (pid)
 WHERE NOT l.granted
   AND a.datname = current_database()
   AND a.application_name NOT LIKE 'xtask%'
