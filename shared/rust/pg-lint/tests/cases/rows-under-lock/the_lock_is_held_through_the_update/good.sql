BEGIN;
SET LOCAL lock_timeout = '3s';
ALTER TABLE messages ADD COLUMN topic text;
UPDATE other SET a = 1;
COMMIT;
UPDATE messages SET topic = 'general' WHERE id < 1000;
