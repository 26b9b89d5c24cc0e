-- Range types, by what CREATE TYPE ... AS RANGE is told.
SELECT t.oid,
       t.typnamespace,
       t.typname::text,
       pg_get_userbyid(t.typowner)::text,
       t.typacl::text[],
       format_type(r.rngsubtype, NULL),
       CASE WHEN NOT o.opcdefault THEN quote_ident(oname.nspname) || '.' || quote_ident(o.opcname) END,
       CASE WHEN c.oid IS NOT NULL THEN quote_ident(cn.nspname) || '.' || quote_ident(c.collname) END,
       CASE WHEN r.rngcanonical <> 0 THEN r.rngcanonical::regproc::text END,
       CASE WHEN r.rngsubdiff <> 0 THEN r.rngsubdiff::regproc::text END,
       m.typnamespace = t.typnamespace,
       m.typname::text,
       quote_ident(mn.nspname) || '.' || quote_ident(m.typname)
  FROM pg_catalog.pg_range r
  JOIN pg_catalog.pg_type t ON t.oid = r.rngtypid
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  JOIN pg_catalog.pg_type sub ON sub.oid = r.rngsubtype
  JOIN pg_catalog.pg_opclass o ON o.oid = r.rngsubopc
  JOIN pg_catalog.pg_namespace oname ON oname.oid = o.opcnamespace
  LEFT JOIN (pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace cn ON cn.oid = c.collnamespace)
    ON c.oid = r.rngcollation AND r.rngcollation <> sub.typcollation
  JOIN pg_catalog.pg_type m ON m.oid = r.rngmultitypid
  JOIN pg_catalog.pg_namespace mn ON mn.oid = m.typnamespace
 WHERE t.oid >= 16384
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
