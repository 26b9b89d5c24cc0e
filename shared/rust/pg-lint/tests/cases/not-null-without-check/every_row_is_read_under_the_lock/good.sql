SET lock_timeout = '3s';
ALTER TABLE messages ADD CONSTRAINT topic_is_there CHECK (topic IS NOT NULL) NOT VALID;
ALTER TABLE messages VALIDATE CONSTRAINT topic_is_there;
ALTER TABLE messages ALTER COLUMN topic SET NOT NULL, DROP CONSTRAINT topic_is_there;
