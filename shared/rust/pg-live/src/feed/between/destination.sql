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
UNION ALL
-- Up to 15 only superusers may, and whom a provider lets.
SELECT pg_catalog.format('the role %I may not subscribe on the destination (GRANT pg_create_subscription TO %1$I)', r.rolname)
  FROM pg_catalog.pg_roles r
  JOIN pg_catalog.pg_roles may ON may.rolname = 'pg_create_subscription'
 WHERE r.rolname = current_user AND NOT r.rolsuper AND NOT pg_catalog.pg_has_role(may.oid, 'MEMBER')
UNION ALL
-- What a subscription connects with is in the statement that makes it.
SELECT pg_catalog.format('the role %I cannot keep the password of the source out of the destination''s log (GRANT SET ON PARAMETER %s TO %1$I)',
                         current_user, pg_catalog.string_agg(it.name, ', '))
  FROM (VALUES ('log_statement', 'none'),
               ('log_min_error_statement', 'panic'),
               ('log_min_duration_statement', '-1'),
               ('log_min_duration_sample', '-1'),
               ('log_transaction_sample_rate', '0'),
               ('pg_stat_statements.track_utility', 'off')) AS it (name, value)
  JOIN pg_catalog.pg_settings s ON s.name = it.name
 WHERE s.setting <> it.value
   AND NOT pg_catalog.has_parameter_privilege(it.name, 'SET')
HAVING count(*) > 0
