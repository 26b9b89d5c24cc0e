CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated := 'later'; RETURN NEW; END $$;
CREATE TABLE t (
    id int PRIMARY KEY,
    -- @backfill 1
    n int NOT NULL,
    updated text
);
CREATE TRIGGER touched BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
