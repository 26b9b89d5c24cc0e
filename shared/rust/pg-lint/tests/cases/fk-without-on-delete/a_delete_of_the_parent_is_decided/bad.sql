CREATE TABLE IF NOT EXISTS parents (id bigint CONSTRAINT pk_parents PRIMARY KEY);
CREATE TABLE IF NOT EXISTS children (
    id        bigint CONSTRAINT pk_children PRIMARY KEY,
    parent_id bigint CONSTRAINT fk_children_parent_id REFERENCES parents (id)
);
CREATE INDEX IF NOT EXISTS idx_children_parent_id ON children (parent_id);
