-- The first eight digits of a segment's name are its timeline.
SELECT substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8)
