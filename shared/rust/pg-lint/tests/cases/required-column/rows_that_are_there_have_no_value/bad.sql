SET lock_timeout = '3s';
ALTER TABLE messages ADD COLUMN topic text NOT NULL;
