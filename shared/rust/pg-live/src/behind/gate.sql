-- Whether this session has the lock of the database alone: newcomers wait.
SELECT EXISTS (
  SELECT FROM pg_catalog.pg_locks l
   WHERE l.locktype = 'object'
     AND l.granted
     AND l.mode = 'AccessExclusiveLock'
     AND l.pid = $2
     AND l.classid = 'pg_catalog.pg_database'::pg_catalog.regclass
     AND l.objid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = $1))
