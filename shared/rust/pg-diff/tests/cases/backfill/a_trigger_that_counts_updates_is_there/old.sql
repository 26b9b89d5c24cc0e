CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated := 'later'; RETURN NEW; END $$;
CREATE TABLE t (id int PRIMARY KEY, n int, updated text);
INSERT INTO t VALUES (1, NULL, 'before');
CREATE TRIGGER touched BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
