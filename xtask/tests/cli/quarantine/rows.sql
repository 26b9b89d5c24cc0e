INSERT INTO kept_users (name, notes, mood) SELECT 'n' || it, 'k' || it, 'bad' FROM generate_series(1, 100) AS it;
INSERT INTO kept_logs (user_id, said, mood) SELECT it, 's' || it, 'ok' FROM generate_series(1, 100) AS it;
INSERT INTO kept_items SELECT it, it FROM generate_series(1, 100) AS it;
