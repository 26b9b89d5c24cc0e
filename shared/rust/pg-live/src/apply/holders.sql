-- Who else holds a lock on these relations, and which.
SELECT coalesce(l.pid, 0), coalesce(a.application_name, p.gid, ''),
       coalesce(a.usename::text, p.owner::text, ''),
       coalesce(a.state, a.backend_type, 'prepared'), coalesce(a.query, ''),
       (extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, p.prepared))
        * 1000)::bigint,
       wanted.place, l.mode
  FROM unnest($1::text[]) WITH ORDINALITY AS wanted (name, place)
  JOIN pg_catalog.pg_locks l
    ON l.relation = pg_catalog.to_regclass(wanted.name)
   AND l.locktype = 'relation'
   AND l.granted
   AND l.pid IS DISTINCT FROM $2
   AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d
                      WHERE d.datname = current_database())
  LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
  LEFT JOIN LATERAL (
       SELECT own.transactionid FROM pg_catalog.pg_locks own
        WHERE l.pid IS NULL AND own.pid IS NULL AND own.locktype = 'transactionid'
          AND own.virtualtransaction = l.virtualtransaction) own ON true
  LEFT JOIN pg_catalog.pg_prepared_xacts p ON p.transaction = own.transactionid
 WHERE a.backend_type IS DISTINCT FROM 'autovacuum worker'
 ORDER BY 6 DESC NULLS LAST, 1
