-- What a stolen password of a superuser opens: the whole server, its files
-- and its programs.
SELECT false,
       'the role ' || current_user || ' is a superuser of a server that is not only ours',
       NULL::text
 WHERE pg_catalog.current_setting('is_superuser') = 'on'
