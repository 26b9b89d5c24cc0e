CREATE SCHEMA lib;
CREATE FUNCTION lib.now_utc() RETURNS timestamp STABLE LANGUAGE sql AS $$ SELECT now() AT TIME ZONE 'UTC' $$;
CREATE TYPE lib.level AS ENUM ('low', 'high');
CREATE TABLE event (id int PRIMARY KEY, at timestamp DEFAULT lib.now_utc(), level lib.level);
CREATE VIEW recent AS SELECT id, at FROM event WHERE at > lib.now_utc() - interval '1 day';
INSERT INTO event VALUES (1, '2024-01-01', 'low');
