-- Two channels with three messages each, all of one event.
INSERT INTO channels (telegram_id, name, type, affiliation)
VALUES (1, 'a', 'channel', 'ukraine'), (2, 'b', 'channel', 'russia');
INSERT INTO messages (message_id, channel_id, content, telegram_date)
SELECT n, c.id, 'Привіт ' || n, now() FROM channels c, generate_series(1, 3) n;
INSERT INTO events (title) VALUES ('e');
INSERT INTO event_messages (event_id, message_id, channel_id, match_method)
SELECT e.id, m.id, m.channel_id, 'llm_verified' FROM events e, messages m;
