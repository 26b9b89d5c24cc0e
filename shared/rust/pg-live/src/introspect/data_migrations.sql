-- The journal, and whether somebody holds the advisory lock of an entry: its
-- key is hashtextextended('data migration ' || name), in two halves.
SELECT j.name,
       j.outcome,
       j.rows_done,
       j.script_sha256,
       pg_catalog.to_char(j.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       pg_catalog.to_char(j.finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       EXISTS (SELECT FROM pg_catalog.pg_locks l
                WHERE l.locktype = 'advisory'
                  AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d
                                     WHERE d.datname = pg_catalog.current_database())
                  AND l.objsubid = 1
                  AND (l.classid::bigint << 32 | l.objid::bigint)
                      = pg_catalog.hashtextextended('data migration ' || j.name, 0))
  FROM xtask.data_migrations j
 ORDER BY j.name
