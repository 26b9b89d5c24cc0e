BEGIN;
SET LOCAL lock_timeout = '3s';
ALTER TABLE messages ADD COLUMN topic text;
UPDATE messages SET topic = 'general';
COMMIT;
