-- Size of this database and the server's version as people write it.
SELECT pg_catalog.pg_database_size(pg_catalog.current_database()),
       pg_catalog.split_part(pg_catalog.current_setting('server_version'), ' ', 1)
