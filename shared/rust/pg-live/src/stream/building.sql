-- Building an index sorts in this memory. Half of what the server keeps for
-- pages, at most 1 GB, is there for a while; never less than it is set to. Whole
-- pages are logged as they are, where we may say so: compressing them takes a
-- fifth of the time that an index takes.
SELECT pg_catalog.set_config(
         'maintenance_work_mem',
         greatest(pg_catalog.pg_size_bytes(pg_catalog.current_setting('maintenance_work_mem')),
                  least(pg_catalog.pg_size_bytes(pg_catalog.current_setting('shared_buffers')) / 2,
                        1024 * 1024 * 1024)) / 1024 || 'kB',
         false),
       CASE WHEN pg_catalog.current_setting('is_superuser') = 'on'
            THEN pg_catalog.set_config('wal_compression', 'off', false) END
