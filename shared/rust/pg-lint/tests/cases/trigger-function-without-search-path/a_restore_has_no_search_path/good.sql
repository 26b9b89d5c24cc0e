CREATE OR REPLACE FUNCTION count_up() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE channels SET messages = messages + 1 WHERE id = NEW.channel_id;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION native() RETURNS trigger LANGUAGE c AS 'lib', 'native';
