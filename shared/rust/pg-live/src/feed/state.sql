-- How far the reader of a slot has it on disk: behind a place in the log, or
-- not yet; and whether anybody reads.
SELECT s.confirmed_flush_lsn >= $2::text::pg_catalog.pg_lsn, s.active
  FROM pg_catalog.pg_replication_slots s
 WHERE s.slot_name = $1
