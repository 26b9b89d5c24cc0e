-- Settings that lose committed rows in a crash.
SELECT true,
       s.name || ' is off: a crash can lose or damage what was committed',
       'ALTER SYSTEM SET ' || s.name || ' = on;' || E'\nSELECT pg_reload_conf();'
  FROM pg_catalog.pg_settings s
 WHERE s.name IN ('fsync', 'full_page_writes')
   AND s.setting = 'off'
UNION ALL
SELECT false,
       'synchronous_commit is off: the last transactions before a crash are lost',
       'ALTER SYSTEM RESET synchronous_commit;' || E'\nSELECT pg_reload_conf();'
 WHERE pg_catalog.current_setting('synchronous_commit') = 'off'
