-- The segment that ends here, and the moment.
SELECT pg_catalog.pg_walfile_name(pg_catalog.pg_switch_wal()),
       EXTRACT(epoch FROM pg_catalog.clock_timestamp())::double precision
