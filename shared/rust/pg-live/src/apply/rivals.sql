-- Who holds the lock of a run on this database. A bigint key is stored in two
-- halves.
SELECT a.pid, coalesce(a.application_name, ''), coalesce(a.usename::text, ''),
       coalesce(a.state, ''), coalesce(a.query, ''),
       (extract(epoch FROM clock_timestamp() - a.backend_start) * 1000)::bigint
  FROM pg_catalog.pg_locks l
  JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
 WHERE l.locktype = 'advisory'
   AND l.granted
   AND l.objsubid = 1
   AND l.classid = ($1::bigint >> 32)::oid
   AND l.objid = ($1::bigint & 4294967295)::oid
   AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d
                      WHERE d.datname = current_database())
