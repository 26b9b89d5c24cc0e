-- Extended statistics.
SELECT s.oid,
       s.stxnamespace,
       s.stxname::text,
       pg_get_userbyid(s.stxowner)::text,
       s.stxrelid,
       pg_get_statisticsobjdef(s.oid),
       CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget::int END
  FROM pg_catalog.pg_statistic_ext s
  JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
 WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
