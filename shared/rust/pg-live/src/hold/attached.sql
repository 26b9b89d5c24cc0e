-- What stays with a database and does not follow its name: streams of rows
-- that come in by subscriptions and go out by replication slots. The slot of a feed
-- of ours is swept, not taken along.
SELECT pg_catalog.format('subscription %I', s.subname)
  FROM pg_catalog.pg_subscription s
  JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
 WHERE d.datname = $1
UNION ALL
SELECT pg_catalog.format('replication slot %I', s.slot_name)
  FROM pg_catalog.pg_replication_slots s
  JOIN pg_catalog.pg_database d ON d.datname = s.database
 WHERE s.database = $1 AND NOT s.temporary AND s.slot_name <> 'xtask_online_' || d.oid
 ORDER BY 1
