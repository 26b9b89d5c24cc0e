CREATE TABLE IF NOT EXISTS app.messages (id bigint CONSTRAINT pk_messages PRIMARY KEY);
CREATE INDEX IF NOT EXISTS idx ON app.massages (id);
