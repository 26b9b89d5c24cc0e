SET lock_timeout = '3s';
DROP INDEX CONCURRENTLY idx_messages_topic;
