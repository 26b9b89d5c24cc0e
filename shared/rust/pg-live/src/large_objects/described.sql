-- Every large object: owner, rights, comment and labels, by names.
SELECT m.oid, pg_catalog.pg_get_userbyid(m.lomowner),
       (SELECT pg_catalog.array_agg(a::text ORDER BY a::text)
          FROM (SELECT pg_catalog.pg_get_userbyid(a.grantor),
                       CASE a.grantee WHEN 0 THEN NULL
                       ELSE pg_catalog.pg_get_userbyid(a.grantee) END,
                       a.privilege_type, a.is_grantable
                  FROM pg_catalog.aclexplode(
                         coalesce(m.lomacl, pg_catalog.acldefault('L', m.lomowner))) a) a),
       (SELECT d.description
          FROM pg_catalog.pg_description d
         WHERE d.classoid = 'pg_catalog.pg_largeobject'::pg_catalog.regclass AND d.objoid = m.oid),
       (SELECT pg_catalog.array_agg(l::text ORDER BY l::text)
          FROM (SELECT l.provider, l.label
                  FROM pg_catalog.pg_seclabel l
                 WHERE l.classoid = 'pg_catalog.pg_largeobject'::pg_catalog.regclass
                   AND l.objoid = m.oid) l)
  FROM pg_catalog.pg_largeobject_metadata m
