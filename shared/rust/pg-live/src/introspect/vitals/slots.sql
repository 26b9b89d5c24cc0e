-- Replication slots that nobody reads keep WAL for ever.
SELECT kept.bytes > 10 * 1024 ^ 3,
       'the replication slot ' || kept.name || ' is not read and keeps '
           || pg_catalog.pg_size_pretty(kept.bytes) || ' of WAL',
       'SELECT pg_drop_replication_slot(' || pg_catalog.quote_literal(kept.name) || ');'
  FROM (SELECT s.slot_name::text AS name,
               pg_catalog.pg_wal_lsn_diff(
                   CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_receive_lsn()
                        ELSE pg_catalog.pg_current_wal_lsn() END, s.restart_lsn)::numeric AS bytes
          FROM pg_catalog.pg_replication_slots s
         WHERE NOT s.active AND s.restart_lsn IS NOT NULL) AS kept
 -- A standby fed from an archive has received nothing to reckon from.
 WHERE kept.bytes IS NOT NULL
