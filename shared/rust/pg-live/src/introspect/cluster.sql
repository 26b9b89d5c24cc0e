-- What a cluster holds beside the contents of one database, and what a row
-- count does not see: large objects of this database; roles other than the
-- bootstrap superuser and the system's own.
SELECT (SELECT count(*) FROM pg_catalog.pg_largeobject_metadata),
       (SELECT count(*) FROM pg_catalog.pg_roles r WHERE r.oid >= 16384)
