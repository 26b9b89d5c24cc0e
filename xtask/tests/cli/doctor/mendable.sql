CREATE UNLOGGED TABLE mendable (id serial PRIMARY KEY, same bigint) WITH (autovacuum_enabled = off);
ALTER TABLE mendable ADD CONSTRAINT ck_never_looked CHECK (id > 0) NOT VALID;
INSERT INTO mendable (id, same) VALUES (1, 1), (2, 1);
CREATE TABLE nearly_full (id serial PRIMARY KEY);
SELECT setval('nearly_full_id_seq', 2100000000);
CREATE TABLE wide (id bigint PRIMARY KEY);
CREATE TABLE narrow (wide_id integer REFERENCES wide (id));
DELETE FROM event_config;
