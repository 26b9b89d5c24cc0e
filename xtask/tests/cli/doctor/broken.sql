ALTER TABLE event_config ADD CONSTRAINT ck_never_looked CHECK (key <> 'none') NOT VALID;
CREATE UNLOGGED TABLE narrow (message_id integer REFERENCES messages (id)) WITH (autovacuum_enabled = off);
SELECT setval('channels_id_seq', 2100000000);
INSERT INTO channels (id, telegram_id, name) VALUES (1, 1, 'one');
INSERT INTO messages (id, message_id, channel_id, content, telegram_date) VALUES (77, 1, 1, 'text', now());
ALTER TABLE messages DISABLE TRIGGER messages_search_vector_trigger;
UPDATE messages SET search_vector = NULL;
ALTER TABLE messages ENABLE TRIGGER messages_search_vector_trigger;
DELETE FROM storage_boxes;
INSERT INTO ingest_queue (telegram_channel_id, message_id, telegram_date, status, finished_at)
VALUES (1, 1, now(), 'dead', now());
INSERT INTO ingest_queue (telegram_channel_id, message_id, telegram_date, created_at)
VALUES (1, 2, now(), now() - interval '1 hour');
ALTER DATABASE osint_platform SET password_encryption = 'md5';
