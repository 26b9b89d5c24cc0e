INSERT INTO messages (message_id, channel_id, content, telegram_date, linked_chat_id, views, trace_id, language_detected)
SELECT i, 1 + i % 40, 'Message ' || i || repeat(' with some words', i % 10), now() - make_interval(secs => i),
       CASE WHEN i % 3 = 0 THEN -1001000000000 - i % 40 END, 0, 'trace ' || i, 'uk'
  FROM generate_series(:first, :last) AS i
