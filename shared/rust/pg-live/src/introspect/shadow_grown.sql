-- Whether transactions that were rolled back have left much in the catalogs.
SELECT pg_catalog.pg_relation_size('pg_catalog.pg_attribute') > 8 * 1024 * 1024
