-- Namespaces whose tables publications publish.
SELECT p.pnpubid,
       n.nspname::text
  FROM pg_catalog.pg_publication_namespace p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pnnspid
 ORDER BY 1, 2
