-- Statements that give database $2 what database $1 has beside its contents.
-- Settings are told per role (0 = all roles); privileges are taken from the
-- ACL, after PUBLIC's defaults are withdrawn where the ACL is not the default.
WITH source AS (
    SELECT d.* FROM pg_catalog.pg_database d WHERE d.datname = $1
),
statement (place, sql) AS (
    SELECT 1, pg_catalog.format('ALTER DATABASE %I OWNER TO %I', $2::text,
                                pg_catalog.pg_get_userbyid(s.datdba))
      FROM source s
    UNION ALL
    SELECT 2, pg_catalog.format('ALTER DATABASE %I CONNECTION LIMIT %s', $2::text, s.datconnlimit)
      FROM source s
     WHERE s.datconnlimit <> -1
    UNION ALL
    SELECT 3, pg_catalog.format('COMMENT ON DATABASE %I IS %L', $2::text,
                                pg_catalog.shobj_description(s.oid, 'pg_database'))
      FROM source s
     WHERE pg_catalog.shobj_description(s.oid, 'pg_database') IS NOT NULL
    UNION ALL
    SELECT 4, pg_catalog.format('REVOKE ALL ON DATABASE %I FROM PUBLIC', $2::text)
      FROM source s
     WHERE s.datacl IS NOT NULL
    UNION ALL
    SELECT 5, pg_catalog.format('GRANT %s ON DATABASE %I TO %s%s',
                                acl.privilege_type, $2::text,
                                CASE WHEN acl.grantee = 0 THEN 'PUBLIC'
                                     ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(acl.grantee)) END,
                                CASE WHEN acl.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
      FROM source s,
           pg_catalog.aclexplode(s.datacl) acl
     WHERE acl.grantee <> s.datdba
    UNION ALL
    SELECT 6, pg_catalog.format('ALTER %s SET %s TO %s',
                                CASE WHEN r.setrole = 0 THEN pg_catalog.format('DATABASE %I', $2::text)
                                     ELSE pg_catalog.format('ROLE %I IN DATABASE %I',
                                                            pg_catalog.pg_get_userbyid(r.setrole), $2::text) END,
                                pg_catalog.split_part(setting, '=', 1),
                                -- A list setting holds quoted names already.
                                CASE WHEN pg_catalog.split_part(setting, '=', 1) IN ('search_path', 'temp_tablespaces',
                                              'session_preload_libraries', 'local_preload_libraries')
                                     THEN pg_catalog.substr(setting, pg_catalog.strpos(setting, '=') + 1)
                                     ELSE pg_catalog.quote_literal(pg_catalog.substr(setting, pg_catalog.strpos(setting, '=') + 1))
                                END)
      FROM source s
      JOIN pg_catalog.pg_db_role_setting r ON r.setdatabase = s.oid,
           pg_catalog.unnest(r.setconfig) setting
)
SELECT sql FROM statement ORDER BY place, sql
