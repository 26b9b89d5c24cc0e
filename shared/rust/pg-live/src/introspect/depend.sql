-- What depends on what, as far as a user's objects or an extension's are in it.
SELECT d.classid,
       d.objid,
       d.objsubid,
       d.refclassid,
       d.refobjid,
       d.refobjsubid,
       d.deptype::text
  FROM pg_catalog.pg_depend d
 WHERE d.objid >= 16384
    OR d.deptype = 'e'
