-- Why this server cannot take a database in and follow another one.
SELECT pg_catalog.format('the role %I may not create databases on the destination', r.rolname)
  FROM pg_catalog.pg_roles r
 WHERE r.rolname = current_user AND NOT (r.rolsuper OR r.rolcreatedb)
UNION ALL
SELECT 'the destination has ' || s.name || ' = 0, and needs a worker that follows'
  FROM pg_catalog.pg_settings s
 WHERE s.name IN ('max_logical_replication_workers', 'max_worker_processes')
   AND s.setting = '0'
UNION ALL
-- Up to 17 these are counted with the slots.
SELECT 'the destination has ' || s.name || ' = 0, and needs a place to note how far it is'
  FROM pg_catalog.pg_settings s
 WHERE s.name = CASE WHEN pg_catalog.current_setting('server_version_num')::int < 180000
                     THEN 'max_replication_slots' ELSE 'max_active_replication_origins' END
   AND s.setting = '0'
UNION ALL
SELECT 'the destination does not have the extension ' || it.name
  FROM pg_catalog.unnest($1::text[]) AS it (name)
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_available_extensions e WHERE e.name = it.name)
UNION ALL
SELECT 'the destination is a standby'
 WHERE pg_catalog.pg_is_in_recovery()
