SET lock_timeout = '3s';
ALTER TABLE messages ALTER COLUMN topic SET NOT NULL;
