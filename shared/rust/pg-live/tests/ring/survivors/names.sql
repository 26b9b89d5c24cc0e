-- Every sequence there is.
SELECT s.schemaname::text, s.sequencename::text FROM pg_catalog.pg_sequences s
