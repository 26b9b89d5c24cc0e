-- Extensions whose installed version is not the server's.
SELECT false,
       'extension ' || e.name || ' is ' || e.installed_version || ', the server has ' || e.default_version,
       'ALTER EXTENSION ' || pg_catalog.quote_ident(e.name) || ' UPDATE;'
  FROM pg_catalog.pg_available_extensions e
 WHERE e.installed_version <> e.default_version
