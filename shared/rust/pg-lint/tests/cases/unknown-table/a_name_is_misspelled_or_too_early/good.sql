CREATE TABLE IF NOT EXISTS messages (
    id     bigint CONSTRAINT pk_messages PRIMARY KEY,
    parent bigint CONSTRAINT fk_messages_parent REFERENCES messages ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS idx_messages_parent ON public.messages (parent);
CREATE MATERIALIZED VIEW IF NOT EXISTS seen AS SELECT id FROM messages;
CREATE UNIQUE INDEX IF NOT EXISTS uq_seen ON seen (id);
DO $$ BEGIN EXECUTE 'CREATE TABLE IF NOT EXISTS made_here (id bigint)'; END $$;
CREATE INDEX IF NOT EXISTS idx_made_here ON made_here (id);
CREATE INDEX IF NOT EXISTS idx_elsewhere ON other.elsewhere (id);
