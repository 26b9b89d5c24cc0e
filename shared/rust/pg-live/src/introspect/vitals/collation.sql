-- The collation library changed since indexes on text were built. What it is
-- now must be asked of it: both versions the catalogs hold are of the past.
SELECT true,
       'the collation library is version ' || now.version || ', this database was made with ' || d.datcollversion
           || ': indexes on text may be wrong',
       'REINDEX DATABASE CONCURRENTLY ' || pg_catalog.quote_ident(d.datname) || ';' || E'\n'
           || 'ALTER DATABASE ' || pg_catalog.quote_ident(d.datname) || ' REFRESH COLLATION VERSION;'
  FROM pg_catalog.pg_database d,
       pg_catalog.pg_database_collation_actual_version(d.oid) AS now (version)
 WHERE d.datname = pg_catalog.current_database()
   AND d.datcollversion <> now.version
