-- What another session has locked, and whether it waits for us.
SELECT l.relation, l.mode, pg_catalog.pg_backend_pid() = ANY (pg_catalog.pg_blocking_pids($1))
  FROM (SELECT) this
  LEFT JOIN pg_catalog.pg_locks l
    ON l.pid = $1 AND l.locktype = 'relation' AND l.relation >= 16384
