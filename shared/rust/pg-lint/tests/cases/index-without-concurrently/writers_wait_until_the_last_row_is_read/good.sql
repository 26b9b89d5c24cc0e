SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY idx_messages_topic ON messages (osint_topic);
CREATE INDEX idx_parts ON ONLY parts (id);
CREATE TABLE fresh (id bigint CONSTRAINT pk_fresh PRIMARY KEY, a text);
CREATE INDEX idx_fresh ON fresh (a);
-- blocks-writes: writers of public.small wait while it is read
CREATE UNIQUE INDEX uq_small ON public.small (a);
