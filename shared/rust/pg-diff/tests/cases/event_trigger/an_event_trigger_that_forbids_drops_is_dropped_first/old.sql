CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no drops'; END $$;
CREATE TABLE gone (a int);
CREATE TABLE t (a int, gone int);
INSERT INTO t VALUES (1, 2);
CREATE EVENT TRIGGER no_drops ON sql_drop EXECUTE FUNCTION f();
