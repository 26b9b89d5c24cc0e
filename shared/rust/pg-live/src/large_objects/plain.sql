-- Takes from new objects what default privileges gave: the owner alone may use
-- them. Some hundred statements at once: each locks its object until they end.
SELECT pg_catalog.string_agg(s.sql, '; ' ORDER BY s.oid, s.place)
  FROM (SELECT m.oid, 1 AS place, dense_rank() OVER (ORDER BY m.oid) / 200 AS lot,
               pg_catalog.format('REVOKE ALL ON LARGE OBJECT %s FROM %s', m.oid,
                                 CASE a.grantee WHEN 0 THEN 'PUBLIC'
                                 ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END) AS sql
          FROM pg_catalog.pg_largeobject_metadata m, pg_catalog.aclexplode(m.lomacl) a
         WHERE a.grantee <> m.lomowner
        UNION ALL
        SELECT m.oid, 2, dense_rank() OVER (ORDER BY m.oid) / 200,
               pg_catalog.format('GRANT ALL ON LARGE OBJECT %s TO %I', m.oid,
                                 pg_catalog.pg_get_userbyid(m.lomowner))
          FROM pg_catalog.pg_largeobject_metadata m
         WHERE m.lomacl IS NOT NULL) s
 GROUP BY s.lot
