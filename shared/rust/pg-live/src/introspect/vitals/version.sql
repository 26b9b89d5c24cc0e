-- A major that gets no corrections any more, or one that nobody tried here.
SELECT false,
       'PostgreSQL ' || pg_catalog.current_setting('server_version') || '; 14 to 18 are supported here',
       NULL::text
 WHERE pg_catalog.current_setting('server_version_num')::int NOT BETWEEN 140000 AND 189999
