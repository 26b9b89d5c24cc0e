-- What went wrong while changes came into this database.
SELECT coalesce(sum(e.apply_error_count), 0)::bigint
  FROM pg_catalog.pg_stat_subscription_stats e
  JOIN pg_catalog.pg_subscription s ON s.oid = e.subid
  JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
 WHERE e.subname = $1 AND d.datname = pg_catalog.current_database()
