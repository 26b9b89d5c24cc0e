-- What is dropped later, with everything that can hang on it.
CREATE TYPE kept_mood AS ENUM ('ok', 'bad');
CREATE DOMAIN kept_filled AS text NOT NULL CHECK (VALUE <> '');
CREATE FUNCTION kept_touch() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$ BEGIN RETURN NEW; END $$;
CREATE TABLE kept_users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    notes text NOT NULL DEFAULT '',
    mood kept_mood NOT NULL DEFAULT 'ok' CHECK (mood <> 'bad' OR notes <> ''),
    UNIQUE (notes, id)
);
CREATE INDEX kept_users_notes ON kept_users (notes);
COMMENT ON COLUMN kept_users.notes IS 'what is known';
CREATE VIEW kept_names AS SELECT id, name, notes FROM kept_users;
CREATE TABLE kept_logs (
    id serial PRIMARY KEY,
    user_id bigint REFERENCES kept_users (id) ON DELETE CASCADE,
    said text NOT NULL,
    mood kept_mood
);
CREATE INDEX kept_logs_user_id ON kept_logs (user_id);
CREATE TRIGGER kept_touched BEFORE INSERT ON kept_logs FOR EACH ROW EXECUTE FUNCTION kept_touch();
CREATE TABLE kept_items (id integer PRIMARY KEY, log_id integer REFERENCES kept_logs (id));
CREATE INDEX kept_items_log_id ON kept_items (log_id);
