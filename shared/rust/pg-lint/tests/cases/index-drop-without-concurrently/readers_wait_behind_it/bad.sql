SET lock_timeout = '3s';
DROP INDEX idx_messages_topic;
