-- How far the reader of a slot has it on disk: behind a place in the log, or
-- not yet; whether anybody reads; how many bytes of the log are left; and where it is.
SELECT s.confirmed_flush_lsn >= $2::text::pg_catalog.pg_lsn, s.active,
       greatest(pg_catalog.pg_wal_lsn_diff($2::text::pg_catalog.pg_lsn, s.confirmed_flush_lsn), 0)::bigint,
       s.confirmed_flush_lsn::text
  FROM pg_catalog.pg_replication_slots s
 WHERE s.slot_name = $1
