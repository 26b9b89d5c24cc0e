CREATE TABLE IF NOT EXISTS app.messages (id bigint CONSTRAINT pk_messages PRIMARY KEY, a bigint);
SET search_path = app;
CREATE INDEX IF NOT EXISTS idx ON messages (a);
