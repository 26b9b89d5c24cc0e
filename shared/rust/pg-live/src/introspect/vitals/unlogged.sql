-- Unlogged tables are empty after a crash and absent from a standby.
SELECT false,
       c.oid::pg_catalog.regclass || ' is unlogged: a crash empties it',
       'ALTER TABLE ' || c.oid::pg_catalog.regclass || ' SET LOGGED;'
  FROM pg_catalog.pg_class c
 WHERE c.relkind = 'r' AND c.relpersistence = 'u'
