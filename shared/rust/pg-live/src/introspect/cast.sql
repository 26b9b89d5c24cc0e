-- Casts, without those that a range type brings.
SELECT c.oid,
       format_type(c.castsource, NULL),
       format_type(c.casttarget, NULL),
       CASE c.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::regprocedure
                         WHEN 'b' THEN 'WITHOUT FUNCTION'
                         ELSE 'WITH INOUT' END
         || CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END
  FROM pg_catalog.pg_cast c
 WHERE c.oid >= 16384
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_range r
                    WHERE r.rngtypid = c.castsource AND r.rngmultitypid = c.casttarget)
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_cast'::regclass AND d.objid = c.oid AND d.deptype = 'e')
