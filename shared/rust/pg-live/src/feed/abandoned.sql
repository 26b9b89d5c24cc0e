-- What the slot of this database's feed keeps, or its publication alone, and where
-- it was to go.
SELECT coalesce(max(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), left_over.restart_lsn)), 0)::bigint,
       max(left_over.destination)
  FROM (SELECT s.restart_lsn, NULL AS destination
          FROM pg_catalog.pg_replication_slots s
         WHERE s.slot_name = $1
        UNION ALL
        SELECT NULL, pg_catalog.obj_description(p.oid, 'pg_publication')
          FROM pg_catalog.pg_publication p
         WHERE p.pubname = $2) AS left_over
HAVING count(*) > 0
