-- Tables of users with the columns whose values are theirs: what is generated
-- is computed again. A composite type is told with its fields, a domain with
-- what it is over: its values change when they do.
WITH types AS (
    SELECT a.attrelid, a.attname,
           pg_catalog.format_type(a.atttypid, a.atttypmod)
           || coalesce((SELECT string_agg(f.attname || ' ' || f.atttypid::regtype, ', '
                                          ORDER BY f.attnum)
                          FROM pg_catalog.pg_type t
                          LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
                          JOIN pg_catalog.pg_attribute f
                            ON f.attrelid IN (t.typrelid, e.typrelid) AND f.attrelid <> 0
                           AND f.attnum > 0 AND NOT f.attisdropped
                         WHERE t.oid = a.atttypid), '')
           || coalesce((SELECT ' over ' || pg_catalog.format_type(t.typbasetype, t.typtypmod)
                          FROM pg_catalog.pg_type t
                         WHERE t.oid = a.atttypid AND t.typbasetype <> 0), '') AS type_name
      FROM pg_catalog.pg_attribute a
     WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
)
SELECT n.nspname::text,
       c.relname::text,
       c.relkind::text,
       coalesce((SELECT array_agg(t.attname::text ORDER BY t.attname)
                   FROM types t WHERE t.attrelid = c.oid), '{}') AS names,
       coalesce((SELECT array_agg(t.type_name ORDER BY t.attname)
                   FROM types t WHERE t.attrelid = c.oid), '{}') AS types,
       EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid) AS has_parents,
       rn.nspname::text AS root_namespace,
       r.relname::text AS root,
       EXISTS (SELECT FROM pg_catalog.pg_trigger g
                WHERE g.tgrelid = c.oid AND NOT g.tgisinternal) AS has_triggers
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_class r
    ON c.relispartition AND r.oid = pg_catalog.pg_partition_root(c.oid)
  LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
 WHERE c.relkind IN ('r', 'p')
   AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
                      AND d.deptype = 'e')
 ORDER BY 1, 2
