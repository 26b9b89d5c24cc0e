-- The collation library changed since indexes on text were built (15 and
-- later know it). As JSON, because the columns are not there before.
SELECT true,
       'the collation library is another version than when this database was made: indexes on text may be wrong',
       'REINDEX DATABASE CONCURRENTLY; ALTER DATABASE ' || pg_catalog.quote_ident(d.datname)
           || ' REFRESH COLLATION VERSION;'
  FROM pg_catalog.pg_database d
 WHERE d.datname = pg_catalog.current_database()
   AND pg_catalog.current_setting('server_version_num')::int >= 150000
   AND pg_catalog.to_jsonb(d) ->> 'datcollversion'
       <> (SELECT pg_catalog.to_jsonb(c) ->> 'collversion'
             FROM pg_catalog.pg_collation c
            WHERE c.collname = d.datcollate AND c.collprovider = 'c' AND c.collversion IS NOT NULL
            LIMIT 1)
