-- Milliseconds that the client waits for a lock who waits longest, and what
-- those do who are in its way.
SELECT coalesce((extract(epoch FROM clock_timestamp() - l.waitstart) * 1000)::float8, 0),
       coalesce((SELECT string_agg(left(b.query, 90), '; ')
                   FROM pg_stat_activity b
                  WHERE b.pid = ANY (pg_blocking_pids(l.pid))), '')
  FROM pg_locks l
  JOIN pg_stat_activity a USING (pid)
 WHERE NOT l.granted
   AND a.datname = current_database()
   AND a.application_name NOT LIKE 'xtask%'
 ORDER BY l.waitstart
 LIMIT 1
