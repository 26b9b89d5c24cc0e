CREATE TABLE IF NOT EXISTS messages (id bigint CONSTRAINT pk_messages PRIMARY KEY, later bigint);
CREATE INDEX IF NOT EXISTS idx_messages_later ON mesages (later);
INSERT INTO levels (code) VALUES ('low') ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS levels (code text CONSTRAINT pk_levels PRIMARY KEY);
