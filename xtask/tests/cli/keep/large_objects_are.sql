SELECT m.oid, m.lomowner::regrole, (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(m.lomacl) AS a),
       obj_description(m.oid, 'pg_largeobject'),
       (SELECT sum(hashtextextended(p.pageno || encode(p.data, 'hex'), 0))
          FROM pg_largeobject p WHERE p.loid = m.oid)
  FROM pg_largeobject_metadata m
 ORDER BY 1
