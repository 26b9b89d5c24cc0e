-- What we were told is committed must survive a crash of the server; and
-- nothing of ours is ended because it takes long, whatever the role's or the
-- database's defaults are. Some of these came with later versions.
SELECT set_config('synchronous_commit', 'on', false)
 WHERE current_setting('synchronous_commit') = 'off';
SELECT set_config(s.name, '0', false)
  FROM pg_catalog.pg_settings s
 WHERE s.name IN ('idle_session_timeout', 'transaction_timeout')
