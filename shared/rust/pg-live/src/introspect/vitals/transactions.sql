-- Transactions that are open for long: they keep dead rows and locks.
SELECT false,
       'a transaction of ' || coalesce(nullif(a.application_name, ''), 'process ' || a.pid) || ' is open for '
           || pg_catalog.date_trunc('second', pg_catalog.now() - a.xact_start) || ' (' || a.state || ')',
       'SELECT pg_terminate_backend(' || a.pid || ');'
  FROM pg_catalog.pg_stat_activity a
 WHERE a.datname = pg_catalog.current_database()
   AND a.backend_type = 'client backend'
   AND a.xact_start < pg_catalog.now()
       - CASE WHEN a.state LIKE 'idle in transaction%' THEN interval '1 minute' ELSE interval '5 minutes' END
UNION ALL
SELECT false,
       'the prepared transaction ' || pg_catalog.quote_literal(p.gid) || ' waits since '
           || pg_catalog.date_trunc('second', p.prepared),
       'ROLLBACK PREPARED ' || pg_catalog.quote_literal(p.gid) || ';'
  FROM pg_catalog.pg_prepared_xacts p
 WHERE p.prepared < pg_catalog.now() - interval '5 minutes'
