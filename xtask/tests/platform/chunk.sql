INSERT INTO ingest_queue (telegram_channel_id, message_id, content, telegram_date, source_account)
SELECT -1001000000000 - i % 40,
       i,
       (ARRAY['Ракетний удар по Харкову, є поранені',
              'Колонна техники движется к Токмаку',
              'Air raid alert in Kyiv oblast',
              'Купуй крипту зараз, гарантований прибуток',
              'Рецепт борщу на вихідні',
              'HIMARS strike reported near Melitopol'])[1 + i % 6] || ' №' || i,
       now() - make_interval(secs => i),
       'load'
  FROM generate_series(:first, :last) AS i
