-- From here on nothing that this session runs is written down by the server.
SELECT pg_catalog.set_config(it.name, it.value, false)
  FROM (VALUES ('log_statement', 'none'),
               ('log_min_error_statement', 'panic'),
               ('log_min_duration_statement', '-1'),
               ('log_min_duration_sample', '-1'),
               ('log_transaction_sample_rate', '0'),
               ('pg_stat_statements.track_utility', 'off')) AS it (name, value)
  JOIN pg_catalog.pg_settings s ON s.name = it.name
 WHERE s.setting <> it.value
