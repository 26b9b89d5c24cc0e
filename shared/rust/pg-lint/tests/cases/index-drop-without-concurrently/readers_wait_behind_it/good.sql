SET lock_timeout = '3s';
DROP INDEX CONCURRENTLY IF EXISTS idx_messages_topic;
-- long-lock: short, it was observed
DROP INDEX idx_other;
