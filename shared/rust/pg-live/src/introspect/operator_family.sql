-- Operator families, with those operators and functions that belong to no
-- class of theirs: pg_depend says which.
WITH member AS (
    SELECT d.refobjid AS family,
           1 AS first,
           o.amopstrategy AS number,
           'OPERATOR ' || o.amopstrategy || ' ' || o.amopopr::regoperator
             || coalesce(' FOR ORDER BY ' || quote_ident(sn.nspname) || '.' || quote_ident(s.opfname), '') AS text
      FROM pg_catalog.pg_depend d
      JOIN pg_catalog.pg_amop o ON o.oid = d.objid
      LEFT JOIN (pg_catalog.pg_opfamily s JOIN pg_catalog.pg_namespace sn ON sn.oid = s.opfnamespace)
        ON s.oid = o.amopsortfamily
     WHERE d.classid = 'pg_catalog.pg_amop'::regclass
       AND d.refclassid = 'pg_catalog.pg_opfamily'::regclass
       AND d.refobjid = o.amopfamily
       AND d.refobjid >= 16384
     UNION ALL
    SELECT d.refobjid,
           2,
           p.amprocnum,
           'FUNCTION ' || p.amprocnum || ' (' || format_type(p.amproclefttype, NULL) || ', '
             || format_type(p.amprocrighttype, NULL) || ') ' || p.amproc::regprocedure
      FROM pg_catalog.pg_depend d
      JOIN pg_catalog.pg_amproc p ON p.oid = d.objid
     WHERE d.classid = 'pg_catalog.pg_amproc'::regclass
       AND d.refclassid = 'pg_catalog.pg_opfamily'::regclass
       AND d.refobjid = p.amprocfamily
       AND d.refobjid >= 16384)
SELECT f.oid,
       f.opfnamespace,
       f.opfname::text,
       pg_get_userbyid(f.opfowner)::text,
       m.amname::text,
       'CREATE ' || a.address
         || coalesce(E';\nALTER ' || a.address || E' ADD\n    '
                     || (SELECT string_agg(text, E',\n    ' ORDER BY first, number, text COLLATE "C")
                           FROM member WHERE family = f.oid), ''),
       a.address
  FROM pg_catalog.pg_opfamily f
  JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace
  JOIN pg_catalog.pg_am m ON m.oid = f.opfmethod
 CROSS JOIN LATERAL (SELECT 'OPERATOR FAMILY ' || quote_ident(n.nspname) || '.' || quote_ident(f.opfname)
                            || ' USING ' || quote_ident(m.amname) AS address) a
 WHERE f.oid >= 16384
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_opfamily'::regclass AND d.objid = f.oid AND d.deptype = 'e')
