-- 16 hex digits over what was declared ($1) and what else shapes a database
-- that is built from it here: the server, its extensions, its roles.
SELECT pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.concat_ws(E'\n',
         $1::text,
         pg_catalog.current_setting('server_version_num'),
         (SELECT pg_catalog.string_agg(e.name || '=' || e.default_version, ',' ORDER BY e.name)
            FROM pg_catalog.pg_available_extensions e),
         (SELECT pg_catalog.string_agg(r.rolname, ',' ORDER BY r.rolname)
            FROM pg_catalog.pg_roles r
           WHERE r.rolname !~ '^pg_')), 'UTF8')), 'hex'), 16)
