-- Large objects by their owners, some thousand at once.
SELECT pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(m.lomowner)), pg_catalog.array_agg(m.oid)
  FROM (SELECT m.oid, m.lomowner, row_number() OVER (ORDER BY m.lomowner, m.oid) / 10000 AS lot
          FROM pg_catalog.pg_largeobject_metadata m) m
 GROUP BY m.lomowner, m.lot
 ORDER BY m.lot
