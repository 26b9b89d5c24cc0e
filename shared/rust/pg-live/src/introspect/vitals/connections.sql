-- Connections in use against those there can be.
SELECT used.count >= room.count * 0.95,
       used.count || ' of ' || room.count || ' connections are in use',
       'SELECT application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2 ORDER BY 3 DESC;'
  FROM (SELECT count(*) AS count FROM pg_catalog.pg_stat_activity
         WHERE backend_type = 'client backend') AS used,
       (SELECT pg_catalog.current_setting('max_connections')::int
               - pg_catalog.current_setting('superuser_reserved_connections')::int AS count) AS room
 WHERE used.count >= room.count * 0.8
