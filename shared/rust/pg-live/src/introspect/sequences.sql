-- Where every sequence stands; NULL: never used.
SELECT s.schemaname::text,
       s.sequencename::text,
       s.last_value
  FROM pg_catalog.pg_sequences s
 WHERE s.schemaname !~ '^pg_'
   AND s.schemaname <> 'information_schema'
 ORDER BY 1, 2
