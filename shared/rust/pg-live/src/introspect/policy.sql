-- Policies of row level security; role 0 is PUBLIC.
SELECT p.oid,
       p.polrelid,
       p.polname::text,
       p.polcmd::text,
       p.polpermissive,
       ARRAY(SELECT pg_get_userbyid(r.role)::text FROM unnest(p.polroles) r (role) WHERE r.role <> 0),
       pg_get_expr(p.polqual, p.polrelid),
       pg_get_expr(p.polwithcheck, p.polrelid)
  FROM pg_catalog.pg_policy p
  JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
