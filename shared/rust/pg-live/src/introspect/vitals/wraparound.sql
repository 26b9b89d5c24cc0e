-- Ages of transaction and multixact ids; at 2.1 thousand million the server
-- stops taking writes.
SELECT ids.age > 1500000000,
       'the oldest ' || ids.kind || ' id of this database is '
           || pg_catalog.round(ids.age / 1e6) || ' million transactions old',
       'VACUUM (FREEZE, ANALYZE);'
  FROM (SELECT 'transaction' AS kind, pg_catalog.age(datfrozenxid)::bigint AS age
          FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()
        UNION ALL
        SELECT 'multixact', pg_catalog.mxid_age(datminmxid)::bigint
          FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) AS ids
 WHERE ids.age > 500000000
