-- Rights that are not an owner's alone, comments and labels of large objects,
-- as statements; some hundred at once: each locks its object until they end.
-- Whoever granted a right was granted it first.
WITH granted AS (
  SELECT m.oid, a.grantor = m.lomowner AS is_owners, a.is_grantable,
         pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantor)) AS grantor,
         pg_catalog.format('GRANT %s ON LARGE OBJECT %s TO %s%s', a.privilege_type, m.oid,
                           CASE a.grantee WHEN 0 THEN 'PUBLIC'
                           ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END,
                           CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS sql
    FROM pg_catalog.pg_largeobject_metadata m, pg_catalog.aclexplode(m.lomacl) a),
statements AS (
  SELECT m.oid, 1 AS place,
         pg_catalog.format('REVOKE ALL ON LARGE OBJECT %s FROM %I', m.oid,
                           pg_catalog.pg_get_userbyid(m.lomowner)) AS sql
    FROM pg_catalog.pg_largeobject_metadata m
   WHERE m.lomacl IS NOT NULL
  UNION ALL
  SELECT g.oid, CASE WHEN g.is_owners THEN 2 WHEN g.is_grantable THEN 3 ELSE 4 END,
         CASE WHEN g.is_owners THEN g.sql
         ELSE pg_catalog.format('SET ROLE %s; %s; RESET ROLE', g.grantor, g.sql) END
    FROM granted g
  UNION ALL
  SELECT d.objoid, 5, pg_catalog.format('COMMENT ON LARGE OBJECT %s IS %L', d.objoid, d.description)
    FROM pg_catalog.pg_description d
   WHERE d.classoid = 'pg_catalog.pg_largeobject'::pg_catalog.regclass
  UNION ALL
  SELECT l.objoid, 5, pg_catalog.format('SECURITY LABEL FOR %I ON LARGE OBJECT %s IS %L',
                                        l.provider, l.objoid, l.label)
    FROM pg_catalog.pg_seclabel l
   WHERE l.classoid = 'pg_catalog.pg_largeobject'::pg_catalog.regclass)
SELECT pg_catalog.string_agg(s.sql, '; ' ORDER BY s.oid, s.place, s.sql)
  FROM (SELECT s.*, dense_rank() OVER (ORDER BY s.oid) / 200 AS lot FROM statements s) s
 GROUP BY s.lot
