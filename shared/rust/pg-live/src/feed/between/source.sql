-- Why changes of this database cannot be followed from another server, and
-- who would go on writing when it is closed.
SELECT 'the source has wal_level = ' || pg_catalog.current_setting('wal_level')
       || ', and needs logical (with a restart)'
 WHERE pg_catalog.current_setting('wal_level') <> 'logical'
UNION ALL
SELECT 'the source has no replication slot free (max_replication_slots = '
       || pg_catalog.current_setting('max_replication_slots') || ')'
 WHERE (SELECT count(*) FROM pg_catalog.pg_replication_slots
         -- What a stopped run left is swept.
         WHERE slot_name <> 'xtask_online_' || (SELECT d.oid FROM pg_catalog.pg_database d
                                                 WHERE d.datname = pg_catalog.current_database()))
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
UNION ALL
SELECT pg_catalog.format('the role %I can neither close the source nor rename it: it belongs to %I and needs CREATEDB', r.rolname, o.rolname)
  FROM pg_catalog.pg_database d
  JOIN pg_catalog.pg_roles o ON o.oid = d.datdba
  JOIN pg_catalog.pg_roles r ON r.rolname = current_user
 WHERE d.datname = pg_catalog.current_database()
   AND NOT (r.rolsuper OR (r.rolcreatedb AND pg_catalog.pg_has_role(d.datdba, 'MEMBER')))
UNION ALL
SELECT pg_catalog.format('the role %I may not end the sessions of %s in the source (GRANT pg_signal_backend, or a superuser for those of superusers)',
                         r.rolname, pg_catalog.string_agg(DISTINCT pg_catalog.quote_ident(a.usename), ', '))
  FROM pg_catalog.pg_stat_activity a
  JOIN pg_catalog.pg_roles u ON u.oid = a.usesysid
  JOIN pg_catalog.pg_roles r ON r.rolname = current_user
 WHERE a.datname = pg_catalog.current_database()
   AND a.backend_type = 'client backend'
   AND NOT r.rolsuper
   AND NOT pg_catalog.pg_has_role(u.oid, 'MEMBER')
   AND (u.rolsuper OR NOT pg_catalog.pg_has_role('pg_signal_backend', 'MEMBER'))
 GROUP BY r.rolname
