-- Why changes of this database cannot be followed from another server, and
-- who would go on writing when it is closed.
SELECT 'the source has wal_level = ' || pg_catalog.current_setting('wal_level')
       || ', and needs logical (with a restart)'
 WHERE pg_catalog.current_setting('wal_level') <> 'logical'
UNION ALL
SELECT 'the source has no replication slot free (max_replication_slots = '
       || pg_catalog.current_setting('max_replication_slots') || ')'
 WHERE (SELECT count(*) FROM pg_catalog.pg_replication_slots)
       >= pg_catalog.current_setting('max_replication_slots')::int
UNION ALL
SELECT 'the source has no sender free (max_wal_senders = '
       || pg_catalog.current_setting('max_wal_senders') || ')'
 WHERE (SELECT count(*) FROM pg_catalog.pg_stat_replication)
       >= pg_catalog.current_setting('max_wal_senders')::int
UNION ALL
SELECT pg_catalog.format('the role %I may not replicate on the source (ALTER ROLE %1$I REPLICATION)', r.rolname)
  FROM pg_catalog.pg_roles r
 WHERE r.rolname = current_user AND NOT (r.rolsuper OR r.rolreplication)
UNION ALL
SELECT 'the source is read-only by default already'
 WHERE pg_catalog.current_setting('default_transaction_read_only') = 'on'
UNION ALL
SELECT pg_catalog.format('the role %I would go on writing to the source: it has default_transaction_read_only of its own', r.rolname)
  FROM pg_catalog.pg_db_role_setting s
  JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
 CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS it (setting)
 WHERE pg_catalog.starts_with(it.setting, 'default_transaction_read_only=')
   AND s.setdatabase IN (0, (SELECT d.oid FROM pg_catalog.pg_database d
                              WHERE d.datname = pg_catalog.current_database()))
