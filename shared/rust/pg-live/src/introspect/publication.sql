-- Publications.
SELECT p.oid,
       p.pubname::text,
       pg_get_userbyid(p.pubowner)::text,
       p.puballtables,
       p.pubinsert,
       p.pubupdate,
       p.pubdelete,
       p.pubtruncate,
       p.pubviaroot,
       NULL::text -- until 17
       p.pubgencols::text -- since 18
  FROM pg_catalog.pg_publication p
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_publication'::regclass AND d.objid = p.oid AND d.deptype = 'e')
