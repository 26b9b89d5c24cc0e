-- Sessions that wait for a lock, and who has it.
SELECT false,
       'process ' || a.pid || ' waits for ' || pg_catalog.date_trunc('second', pg_catalog.now() - a.state_change)
           || ' for a lock of ' || pg_catalog.array_to_string(pg_catalog.pg_blocking_pids(a.pid), ', '),
       'SELECT pid, state, query FROM pg_stat_activity WHERE pid = ANY (pg_blocking_pids(' || a.pid || '));'
  FROM pg_catalog.pg_stat_activity a
 WHERE a.wait_event_type = 'Lock'
   AND a.state_change < pg_catalog.now() - interval '30 seconds'
