-- Halts a run at a moment that is told beforehand: `stop.seen` counts the
-- moments before and after each statement (sequences do not roll back), at the
-- moment `stop.wanted` the session waits until `stop.shut` is no longer 1. A
-- run that nobody wants to halt writes down which moments are after something;
-- nothing is written before: some statements must be the first of their
-- transaction, and a logged sequence is as good as a write.
CREATE SCHEMA stop;
CREATE UNLOGGED SEQUENCE stop.seen;
CREATE UNLOGGED SEQUENCE stop.wanted MINVALUE 0 START 0;
CREATE UNLOGGED SEQUENCE stop.shut MINVALUE 0 START 0;

CREATE TABLE stop.moment (
    number bigint PRIMARY KEY,
    what text NOT NULL,
    -- Of one transaction the moments are all the same to others.
    transaction text NOT NULL DEFAULT pg_current_xact_id()::text
);

CREATE FUNCTION stop.here(is_after boolean, what text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    number bigint;
    wanted bigint;
BEGIN
    -- Where a plan is proved it runs to its end.
    IF current_database() NOT LIKE 'stopped_%' THEN
        RETURN;
    END IF;
    number := nextval('stop.seen');
    SELECT last_value INTO wanted FROM stop.wanted;
    IF wanted = 0 AND is_after THEN
        INSERT INTO stop.moment VALUES (number, what);
    ELSIF wanted = number THEN
        WHILE (SELECT last_value FROM stop.shut) = 1 LOOP
            PERFORM pg_sleep(0.005);
        END LOOP;
    END IF;
END $$;

CREATE FUNCTION stop.at_statement() RETURNS event_trigger LANGUAGE plpgsql
    AS $$ BEGIN PERFORM stop.here(tg_event = 'ddl_command_end', tg_tag); END $$;
CREATE EVENT TRIGGER stop_before ON ddl_command_start EXECUTE FUNCTION stop.at_statement();
CREATE EVENT TRIGGER stop_after ON ddl_command_end EXECUTE FUNCTION stop.at_statement();

CREATE FUNCTION stop.at_batch() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN PERFORM stop.here(tg_when = 'AFTER', tg_op); RETURN NULL; END $$;
CREATE TRIGGER stop_before BEFORE UPDATE ON public.note EXECUTE FUNCTION stop.at_batch();
CREATE TRIGGER stop_after AFTER UPDATE ON public.note EXECUTE FUNCTION stop.at_batch();
CREATE TRIGGER stop_before BEFORE UPDATE ON public.person EXECUTE FUNCTION stop.at_batch();
CREATE TRIGGER stop_after AFTER UPDATE ON public.person EXECUTE FUNCTION stop.at_batch();
