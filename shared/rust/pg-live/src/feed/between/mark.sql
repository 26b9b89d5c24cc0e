-- One setting of a database, as it was given to it.
SELECT pg_catalog.substr(it.setting, pg_catalog.length($2::text) + 2)
  FROM pg_catalog.pg_db_role_setting s
  JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
 CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS it (setting)
 WHERE s.setrole = 0
   AND d.datname = $1
   AND pg_catalog.starts_with(it.setting, $2::text || '=')
