CREATE OR REPLACE FUNCTION count_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE channels SET messages = messages + 1 WHERE id = NEW.channel_id;
    RETURN NEW;
END $$;
