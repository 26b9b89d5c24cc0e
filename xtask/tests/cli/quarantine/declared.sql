CREATE TABLE kept_users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL
);
CREATE VIEW kept_names AS SELECT id, name FROM kept_users;
CREATE TABLE kept_items (id integer PRIMARY KEY, log_id integer);
CREATE INDEX kept_items_log_id ON kept_items (log_id);
