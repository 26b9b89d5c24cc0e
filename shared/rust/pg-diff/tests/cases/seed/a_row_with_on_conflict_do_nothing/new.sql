CREATE TABLE setting (name text PRIMARY KEY, value text);
INSERT INTO setting VALUES ('lang', 'en'), ('zone', 'UTC') ON CONFLICT (name) DO NOTHING;
