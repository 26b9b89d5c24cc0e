-- Where every sequence stands; NULL: never used.
SELECT s.schemaname::text,
       s.sequencename::text,
       s.last_value
  FROM pg_catalog.pg_sequences s
 WHERE s.schemaname !~ '^pg_'
   AND s.schemaname NOT IN ('information_schema', 'xtask')
 ORDER BY 1, 2
