-- How far the slowest replica is behind, who waits for locks here, where WAL
-- is written. What a role may not see is NULL.
SELECT max(pg_catalog.pg_wal_lsn_diff(here.lsn, r.replay_lsn))::bigint,
       (max(extract(epoch FROM r.replay_lag)) * 1000)::bigint,
       (SELECT count(*) FROM pg_catalog.pg_stat_activity a
         WHERE a.wait_event_type = 'Lock' AND a.datname = current_database()),
       pg_catalog.pg_wal_lsn_diff(here.lsn, '0/0')::bigint
  FROM (SELECT pg_catalog.pg_current_wal_insert_lsn() AS lsn) here
  LEFT JOIN pg_catalog.pg_stat_replication r ON r.state = 'streaming'
 GROUP BY here.lsn
