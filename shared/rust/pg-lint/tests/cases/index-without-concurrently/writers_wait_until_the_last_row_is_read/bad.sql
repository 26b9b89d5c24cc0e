SET lock_timeout = '3s';
CREATE INDEX idx_messages_topic ON messages (osint_topic);
