-- Pages of the rows, and bytes with what is stored aside.
SELECT pg_catalog.pg_relation_size(t.name::pg_catalog.regclass)
         / pg_catalog.current_setting('block_size')::bigint,
       pg_catalog.pg_table_size(t.name::pg_catalog.regclass)
  FROM pg_catalog.unnest($1::text[]) WITH ORDINALITY AS t (name, place)
 ORDER BY t.place
