-- How new passwords are stored.
SELECT false,
       'password_encryption is ' || pg_catalog.current_setting('password_encryption'),
       'ALTER SYSTEM SET password_encryption = ''scram-sha-256'';' || E'\nSELECT pg_reload_conf();'
 WHERE pg_catalog.current_setting('password_encryption') <> 'scram-sha-256'
