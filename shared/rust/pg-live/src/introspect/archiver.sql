-- What becomes of the write-ahead log: how far it is archived, and what waits.
SELECT pg_catalog.current_setting('archive_mode') <> 'off',
       archiver.last_archived_wal,
       EXTRACT(epoch FROM archiver.last_archived_time)::double precision,
       archiver.failed_count,
       archiver.last_failed_wal,
       EXTRACT(epoch FROM archiver.last_failed_time)::double precision,
       waiting.segments,
       waiting.seconds,
       (SELECT coalesce(sum(size), 0)::bigint FROM pg_catalog.pg_ls_waldir())
FROM pg_catalog.pg_stat_archiver AS archiver,
     (SELECT count(*) AS segments,
             EXTRACT(epoch FROM now() - min(modification))::double precision AS seconds
      FROM pg_catalog.pg_ls_archive_statusdir()
      WHERE name LIKE '%.ready') AS waiting
