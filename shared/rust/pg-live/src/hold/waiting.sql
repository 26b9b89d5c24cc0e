-- Who waits at the lock of a database: true for those that want to enter it.
SELECT l.pid, l.mode = 'RowExclusiveLock'
  FROM pg_catalog.pg_locks l
 WHERE l.locktype = 'object'
   AND NOT l.granted
   AND l.classid = 'pg_catalog.pg_database'::pg_catalog.regclass
   AND l.objid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = $1)
