-- Version, encoding and locale of this database, and its size.
SELECT pg_catalog.split_part(pg_catalog.current_setting('server_version'), ' ', 1),
       pg_catalog.pg_encoding_to_char(d.encoding)::text,
       d.datcollate::text,
       d.datctype::text,
       pg_catalog.pg_database_size(d.oid)
  FROM pg_catalog.pg_database d
 WHERE d.datname = pg_catalog.current_database()
