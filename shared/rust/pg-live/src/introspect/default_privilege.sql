-- Default privileges, of one namespace or of all.
SELECT a.oid,
       a.defaclnamespace,
       pg_get_userbyid(a.defaclrole)::text,
       a.defaclobjtype::text,
       a.defaclacl::text[]
  FROM pg_catalog.pg_default_acl a
