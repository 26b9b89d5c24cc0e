-- Every table, foreign table, view, materialized view and sequence outside
-- the server's namespaces, and whether it is an extension's: what the queries
-- behind this one leave unsaid. OIDs below 16384 are the server's own
-- (src/include/access/transam.h, FirstNormalObjectId).
SELECT c.oid,
       c.relnamespace,
       c.relname::text,
       c.relkind::text,
       pg_get_userbyid(c.relowner)::text,
       c.relacl::text[],
       d.objid IS NOT NULL
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_depend d
    ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e'
 WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
   AND c.oid >= 16384
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
