-- What names this session, and how long a deadlock lasts here.
SELECT a.pid, a.backend_start::text,
       (SELECT s.setting::bigint FROM pg_catalog.pg_settings s WHERE s.name = 'deadlock_timeout')
  FROM pg_catalog.pg_stat_activity a
 WHERE a.pid = pg_catalog.pg_backend_pid()
