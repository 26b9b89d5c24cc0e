CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no changes'; END $$;
CREATE TABLE t (a bigint, b int);
CREATE INDEX t_b ON t (b);
CREATE EVENT TRIGGER no_changes ON ddl_command_start EXECUTE FUNCTION f();
