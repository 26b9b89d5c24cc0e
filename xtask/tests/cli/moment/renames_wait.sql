SELECT count(*)
FROM pg_locks
WHERE locktype = 'object'
    AND classid = 'pg_database'::regclass
    AND mode = 'AccessExclusiveLock'
    AND NOT granted
