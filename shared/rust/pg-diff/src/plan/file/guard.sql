DO $xtask$
BEGIN
    IF pg_catalog.current_setting('server_version_num')::integer / 10000 <> {major} THEN
        RAISE EXCEPTION 'this plan was made for PostgreSQL {major}';
    END IF;
    IF NOT pg_catalog.pg_try_advisory_lock({lock}) THEN
        RAISE EXCEPTION 'another run changes this schema';
    END IF;
END
$xtask$;
