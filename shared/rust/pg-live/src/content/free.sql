-- Every table that nobody keeps for himself: who reads it need not wait.
SELECT n.nspname::text, c.relname::text
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_locks l
                    WHERE l.database = (SELECT d.oid FROM pg_catalog.pg_database d
                                         WHERE d.datname = pg_catalog.current_database())
                      AND l.relation = c.oid
                      AND l.mode = 'AccessExclusiveLock')
