-- Composite types. Dropped attributes stay as rows.
SELECT t.oid,
       t.typnamespace,
       t.typname::text,
       pg_get_userbyid(t.typowner)::text,
       t.typacl::text[],
       a.names,
       a.types,
       a.collations,
       a.comments
  FROM pg_catalog.pg_type t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  JOIN pg_catalog.pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
 CROSS JOIN LATERAL
       (SELECT array_agg(a.attname::text ORDER BY a.attnum) AS names,
               array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum) AS types,
               array_agg(CASE WHEN o.oid IS NOT NULL
                              THEN quote_ident(oname.nspname) || '.' || quote_ident(o.collname) END
                         ORDER BY a.attnum) AS collations,
               array_agg(col_description(a.attrelid, a.attnum) ORDER BY a.attnum) AS comments
          FROM pg_catalog.pg_attribute a
          JOIN pg_catalog.pg_type at ON at.oid = a.atttypid
          LEFT JOIN (pg_catalog.pg_collation o JOIN pg_catalog.pg_namespace oname ON oname.oid = o.collnamespace)
            ON o.oid = a.attcollation AND a.attcollation <> at.typcollation
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) a
 WHERE t.oid >= 16384
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
