-- Ends who keeps large objects from being held, and waits for the fence.
SELECT count(pg_catalog.pg_terminate_backend(holder.pid))
  FROM (SELECT DISTINCT l.pid
          FROM pg_catalog.pg_locks l
         WHERE l.locktype = 'relation'
           AND l.granted
           AND l.relation = 'pg_catalog.pg_largeobject'::pg_catalog.regclass
           AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d
                              WHERE d.datname = pg_catalog.current_database())
           AND l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'ShareLock')
           AND l.pid <> $1) AS holder
 WHERE $1 = ANY (pg_catalog.pg_blocking_pids(holder.pid))
