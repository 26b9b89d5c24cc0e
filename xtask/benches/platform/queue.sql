INSERT INTO ingest_queue (telegram_channel_id, message_id, content, telegram_date, source_account)
SELECT -1001000000000 - i % 40,
       i,
       (ARRAY['Ракетний удар по Харкову, є поранені',
              'Колонна техники движется к Токмаку',
              'Air raid alert in Kyiv oblast',
              'HIMARS strike reported near Melitopol'])[1 + i % 4] || ' №' || i || repeat(' деталі уточнюються', i % 10),
       now() - make_interval(secs => i),
       'bench'
  FROM generate_series(:first, :last) AS i
