INSERT INTO ingest_queue (telegram_channel_id, message_id, content, telegram_date, source_account)
SELECT -1001000000000 - i % 40, i, 'Air raid alert in Kyiv oblast №' || i, now(), 'load'
  FROM generate_series(:first::bigint, :last::bigint) AS i
