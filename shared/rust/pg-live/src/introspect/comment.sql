-- Comments on what is a user's, on the namespace public and on extensions.
SELECT d.classoid,
       d.objoid,
       d.objsubid,
       d.description
  FROM pg_catalog.pg_description d
 WHERE d.objoid >= 16384
    OR d.classoid IN ('pg_catalog.pg_namespace'::regclass, 'pg_catalog.pg_extension'::regclass)
