-- Domains, without their CHECKs.
SELECT t.oid,
       t.typnamespace,
       t.typname::text,
       pg_get_userbyid(t.typowner)::text,
       t.typacl::text[],
       format_type(t.typbasetype, t.typtypmod),
       CASE WHEN c.oid IS NOT NULL THEN quote_ident(cn.nspname) || '.' || quote_ident(c.collname) END,
       pg_get_expr(t.typdefaultbin, 0),
       t.typnotnull
  FROM pg_catalog.pg_type t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  JOIN pg_catalog.pg_type base ON base.oid = t.typbasetype
  LEFT JOIN (pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace cn ON cn.oid = c.collnamespace)
    ON c.oid = t.typcollation AND t.typcollation <> base.typcollation
 WHERE t.typtype = 'd'
   AND t.oid >= 16384
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
