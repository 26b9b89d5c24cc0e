CREATE TABLE setting (name text PRIMARY KEY, value text);
INSERT INTO setting VALUES ('lang', 'en') ON CONFLICT (name) DO NOTHING;
