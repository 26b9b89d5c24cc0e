-- Tables of users that hold rows themselves, with what a value must respect.
SELECT c.oid,
       c.oid::regclass::text AS name,
       coalesce((SELECT array_agg(k.confrelid) FROM pg_catalog.pg_constraint k
                  WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid), '{}') AS needs,
       EXISTS (SELECT FROM pg_catalog.pg_trigger t
                WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
       -- Where triggers are left out, a key that can be deferred is, too.
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k
                        WHERE k.conrelid = c.oid AND k.contype IN ('u', 'p', 'x')
                          AND k.condeferrable) AS has_triggers,
       coalesce(pg_catalog.pg_get_partition_constraintdef(c.oid), '') AS partition_constraint
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r'
   AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
                      AND d.deptype = 'e')
 ORDER BY c.oid
