-- Namespaces that are a user's. Those of an extension hold objects of users,
-- too, but are none themselves.
SELECT n.oid,
       n.nspname::text,
       pg_get_userbyid(n.nspowner)::text,
       n.nspacl::text[],
       EXISTS (SELECT FROM pg_catalog.pg_depend d
                WHERE d.classid = 'pg_catalog.pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
  FROM pg_catalog.pg_namespace n
 WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
