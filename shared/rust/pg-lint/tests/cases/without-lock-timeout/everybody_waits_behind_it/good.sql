BEGIN;
SET LOCAL lock_timeout = '3s';
ALTER TABLE messages ADD COLUMN note text;
COMMIT;
