-- Operators. One that another's COMMUTATOR only announced has no function yet
-- and is none.
SELECT o.oid,
       o.oprnamespace,
       o.oprname::text,
       pg_get_userbyid(o.oprowner)::text,
       coalesce(t.lefttype, 'NONE') || ',' || coalesce(t.righttype, 'NONE'),
       'CREATE OPERATOR ' || quote_ident(n.nspname) || '.' || o.oprname || ' (FUNCTION = ' || o.oprcode
         || coalesce(', LEFTARG = ' || t.lefttype, '')
         || coalesce(', RIGHTARG = ' || t.righttype, '')
         || coalesce(', COMMUTATOR = OPERATOR(' || quote_ident(cn.nspname) || '.' || c.oprname || ')', '')
         || coalesce(', NEGATOR = OPERATOR(' || quote_ident(gn.nspname) || '.' || g.oprname || ')', '')
         || CASE WHEN o.oprrest <> 0 THEN ', RESTRICT = ' || o.oprrest ELSE '' END
         || CASE WHEN o.oprjoin <> 0 THEN ', JOIN = ' || o.oprjoin ELSE '' END
         || CASE WHEN o.oprcanhash THEN ', HASHES' ELSE '' END
         || CASE WHEN o.oprcanmerge THEN ', MERGES' ELSE '' END
         || ')',
       'OPERATOR ' || quote_ident(n.nspname) || '.' || o.oprname
         || ' (' || coalesce(t.lefttype, 'NONE') || ', ' || coalesce(t.righttype, 'NONE') || ')'
  FROM pg_catalog.pg_operator o
  JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
  LEFT JOIN (pg_catalog.pg_operator c JOIN pg_catalog.pg_namespace cn ON cn.oid = c.oprnamespace) ON c.oid = o.oprcom
  LEFT JOIN (pg_catalog.pg_operator g JOIN pg_catalog.pg_namespace gn ON gn.oid = g.oprnamespace) ON g.oid = o.oprnegate
 CROSS JOIN LATERAL (SELECT CASE WHEN o.oprleft <> 0 THEN format_type(o.oprleft, NULL) END AS lefttype,
                            CASE WHEN o.oprright <> 0 THEN format_type(o.oprright, NULL) END AS righttype) t
 WHERE o.oid >= 16384
   AND o.oprcode <> 0
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_operator'::regclass AND d.objid = o.oid AND d.deptype = 'e')
