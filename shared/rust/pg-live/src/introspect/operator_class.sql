-- Operator classes with their own operators and functions.
WITH member AS (
    SELECT d.refobjid AS class,
           1 AS first,
           o.amopstrategy AS number,
           'OPERATOR ' || o.amopstrategy || ' ' || o.amopopr::regoperator
             || coalesce(' FOR ORDER BY ' || quote_ident(sn.nspname) || '.' || quote_ident(s.opfname), '') AS text
      FROM pg_catalog.pg_depend d
      JOIN pg_catalog.pg_amop o ON o.oid = d.objid
      LEFT JOIN (pg_catalog.pg_opfamily s JOIN pg_catalog.pg_namespace sn ON sn.oid = s.opfnamespace)
        ON s.oid = o.amopsortfamily
     WHERE d.classid = 'pg_catalog.pg_amop'::regclass
       AND d.refclassid = 'pg_catalog.pg_opclass'::regclass
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
       AND d.refclassid = 'pg_catalog.pg_opclass'::regclass
       AND d.refobjid >= 16384
     UNION ALL
    SELECT c.oid, 0, 0, 'STORAGE ' || format_type(c.opckeytype, NULL)
      FROM pg_catalog.pg_opclass c
     WHERE c.opckeytype <> 0 AND c.oid >= 16384)
SELECT c.oid,
       c.opcnamespace,
       c.opcname::text,
       pg_get_userbyid(c.opcowner)::text,
       m.amname::text,
       'CREATE OPERATOR CLASS ' || a.name
         || CASE WHEN c.opcdefault THEN ' DEFAULT' ELSE '' END
         || ' FOR TYPE ' || format_type(c.opcintype, NULL)
         || ' USING ' || quote_ident(m.amname)
         || ' FAMILY ' || quote_ident(fn.nspname) || '.' || quote_ident(f.opfname)
         || E' AS\n    '
         -- Without a member it says at least what it says anyway.
         || coalesce((SELECT string_agg(text, E',\n    ' ORDER BY first, number, text COLLATE "C")
                        FROM member WHERE class = c.oid),
                     'STORAGE ' || format_type(c.opcintype, NULL)),
       'OPERATOR CLASS ' || a.name || ' USING ' || quote_ident(m.amname)
  FROM pg_catalog.pg_opclass c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.opcnamespace
  JOIN pg_catalog.pg_am m ON m.oid = c.opcmethod
  JOIN pg_catalog.pg_opfamily f ON f.oid = c.opcfamily
  JOIN pg_catalog.pg_namespace fn ON fn.oid = f.opfnamespace
 CROSS JOIN LATERAL (SELECT quote_ident(n.nspname) || '.' || quote_ident(c.opcname) AS name) a
 WHERE c.oid >= 16384
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_opclass'::regclass AND d.objid = c.oid AND d.deptype = 'e')
