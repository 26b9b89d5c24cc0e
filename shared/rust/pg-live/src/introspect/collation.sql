-- Collations, by what CREATE COLLATION is told.
SELECT c.oid,
       c.collnamespace,
       c.collname::text,
       pg_get_userbyid(c.collowner)::text,
       c.collprovider::text,
       c.collisdeterministic,
       c.collcollate::text,
       c.collctype::text,
       NULL::text, -- until 14
       c.colliculocale::text, -- since 15 until 16
       c.colllocale::text, -- since 17
       NULL::text -- until 15
       c.collicurules::text -- since 16
  FROM pg_catalog.pg_collation c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
 WHERE c.oid >= 16384
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_collation'::regclass AND d.objid = c.oid AND d.deptype = 'e')
