-- The session that a moment holds, if it is held yet.
SELECT a.pid
  FROM pg_stat_activity a, stop.seen s, stop.wanted w
 WHERE a.datname = current_database()
   AND a.application_name = 'xtask/db-migrate'
   AND a.wait_event = 'PgSleep'
   AND s.last_value >= w.last_value
