CREATE TABLE kept_setting (
    name        text PRIMARY KEY,
    value       text,
    length      integer GENERATED ALWAYS AS (length(value)) STORED,
    is_standard boolean NOT NULL DEFAULT false
);
INSERT INTO kept_setting (name, value, is_standard) VALUES ('standard', 'of the script', true);
SELECT pg_extension_config_dump('kept_setting', 'WHERE NOT is_standard');

CREATE TABLE kept_seeded (
    id      integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    setting text NOT NULL REFERENCES kept_setting,
    note    text
);
INSERT INTO kept_seeded (setting, note)
VALUES ('standard', 'of the script'), ('standard', 'changed later'), ('standard', 'deleted later');
SELECT pg_extension_config_dump('kept_seeded', '');

CREATE FUNCTION kept_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a trigger fired'; END $$;
CREATE TRIGGER kept_refuse BEFORE DELETE ON kept_seeded
    FOR EACH ROW WHEN (OLD.note = 'of the script') EXECUTE FUNCTION kept_refuse();

CREATE SEQUENCE kept_drawn;
SELECT pg_extension_config_dump('kept_drawn', '');
