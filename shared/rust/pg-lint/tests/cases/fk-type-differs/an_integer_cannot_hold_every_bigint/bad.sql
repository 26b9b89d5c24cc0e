CREATE TABLE IF NOT EXISTS parents (id bigint CONSTRAINT pk_parents PRIMARY KEY);
CREATE TABLE IF NOT EXISTS children (
    id        bigint CONSTRAINT pk_children PRIMARY KEY,
    parent_id integer CONSTRAINT fk_children_parent_id REFERENCES parents ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS idx_children_parent_id ON children (parent_id);
