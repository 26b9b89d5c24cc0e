-- Who holds the lock of a database's feeds, and what for: its last words say so.
-- A bigint key is stored in two halves.
SELECT a.pid, coalesce(a.usename::text, '?'),
       coalesce(pg_catalog.to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ'), '?'),
       pg_catalog.host(a.client_addr),
       pg_catalog.substring(a.query, ', ''(.*)''$')
  FROM pg_catalog.hashtextextended($1, 0) AS lock (key)
  JOIN pg_catalog.pg_locks l
    ON l.locktype = 'advisory'
   AND l.granted
   AND l.objsubid = 1
   AND l.classid = (lock.key >> 32 & 4294967295)::pg_catalog.oid
   AND l.objid = (lock.key & 4294967295)::pg_catalog.oid
  JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
 WHERE a.pid <> pg_catalog.pg_backend_pid()
