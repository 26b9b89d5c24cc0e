-- Extensions. plpgsql is one of them: who drops it in one database has a
-- difference to the other.
SELECT e.oid,
       e.extname::text,
       n.nspname::text,
       e.extversion,
       e.extrelocatable
  FROM pg_catalog.pg_extension e
  JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
