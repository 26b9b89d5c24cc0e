SET lock_timeout = '3s';
ALTER TABLE messages ALTER COLUMN id TYPE bigint;
