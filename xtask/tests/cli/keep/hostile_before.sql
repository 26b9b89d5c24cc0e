-- What dumps and imports lose rows of: keys in circles, seed rows that
-- collide, sequences that change their names, columns that go, odd names.
CREATE TYPE kept_mood AS ENUM ('calm', 'busy');
CREATE TABLE kept_channels (id serial PRIMARY KEY, name text NOT NULL, last_message integer);
CREATE TABLE kept_messages (
    id       serial PRIMARY KEY,
    channel  integer NOT NULL REFERENCES kept_channels,
    reply_to integer REFERENCES kept_messages,
    body     text NOT NULL,
    score    integer,
    amount   text,
    mood     kept_mood DEFAULT 'calm',
    at       timestamptz DEFAULT 'infinity',
    weight   double precision DEFAULT 'NaN',
    raw      bytea,
    tags     text[],
    facts    jsonb,
    gone     text
);
ALTER TABLE kept_channels ADD CONSTRAINT kept_channels_last
    FOREIGN KEY (last_message) REFERENCES kept_messages DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE kept_audit (what text);
CREATE FUNCTION kept_audit() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO kept_audit VALUES (TG_OP); RETURN NEW; END $$;
CREATE TRIGGER kept_audit AFTER INSERT OR UPDATE ON kept_messages
    FOR EACH ROW EXECUTE FUNCTION kept_audit();
CREATE TABLE kept_roles (id serial PRIMARY KEY, name text NOT NULL UNIQUE, note text);
CREATE TABLE kept_log (at integer NOT NULL, line text);
CREATE TABLE kept_parts (at integer NOT NULL, line text) PARTITION BY RANGE (at);
CREATE TABLE kept_parts_1 PARTITION OF kept_parts FOR VALUES FROM (0) TO (50);
CREATE TABLE kept_parts_2 PARTITION OF kept_parts FOR VALUES FROM (50) TO (100);
CREATE TABLE kept_parent (a integer);
CREATE TABLE kept_child (b integer) INHERITS (kept_parent);
CREATE UNLOGGED TABLE kept_cache (a integer);
CREATE TABLE kept_old_name (a integer PRIMARY KEY, b text);
CREATE TABLE "kept ""odd""
name" ("a ""b""
c" integer PRIMARY KEY, "Select" text);
CREATE SEQUENCE kept_numbers;
CREATE TABLE kept_always (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text);
CREATE TABLE kept_unknown (a integer);

INSERT INTO kept_channels (name) SELECT 'channel ' || it FROM generate_series(1, 10) AS it;
INSERT INTO kept_messages (channel, body, score, amount, raw, tags, facts, gone)
SELECT 1 + it % 10, E'text\t\\N ' || it, it, it || '.50 EUR', decode('00ff5c', 'hex'),
       ARRAY['a', NULL, '"b"'], '{"a": [1, null]}', CASE WHEN it <= 2 THEN 'x' END
  FROM generate_series(1, 1000) AS it;
INSERT INTO kept_messages (channel, body) VALUES (1, '');
DELETE FROM kept_messages WHERE id = 1001;
UPDATE kept_messages SET reply_to = id - 1 WHERE id > 1;
UPDATE kept_channels SET last_message = 990 + id;
INSERT INTO kept_roles (name, note) VALUES ('admin', 'mine'), ('viewer', NULL), ('ops', 'by hand');
INSERT INTO kept_log SELECT it, 'line ' || it FROM generate_series(0, 99) AS it;
INSERT INTO kept_parts SELECT it, 'line ' || it FROM generate_series(0, 99) AS it;
INSERT INTO kept_parent SELECT generate_series(1, 3);
INSERT INTO kept_child SELECT 10, generate_series(1, 2);
INSERT INTO kept_cache VALUES (1);
INSERT INTO kept_old_name VALUES (1, 'one');
INSERT INTO "kept ""odd""
name" VALUES (1, E'it''s\n"odd"');
SELECT setval('kept_numbers', 41);
INSERT INTO kept_always (a) VALUES ('one'), ('two');
INSERT INTO kept_unknown VALUES (1), (2), (3);
CREATE SCHEMA xtask;
CREATE TABLE xtask.data_migrations (name text PRIMARY KEY, note text);
INSERT INTO xtask.data_migrations VALUES ('it''s done', E'a\nb');
