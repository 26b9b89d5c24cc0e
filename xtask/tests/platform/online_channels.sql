INSERT INTO channels (id, telegram_id, name)
OVERRIDING SYSTEM VALUE
SELECT 1 + i, -1001000000000 - i, 'Channel ' || i FROM generate_series(0, 39) AS i;
SELECT setval(pg_get_serial_sequence('channels', 'id'), 1000)
