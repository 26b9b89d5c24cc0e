CREATE TABLE IF NOT EXISTS parents (id bigint CONSTRAINT pk_parents PRIMARY KEY);
CREATE TABLE IF NOT EXISTS children (
    id        bigint CONSTRAINT pk_children PRIMARY KEY,
    parent_id bigint,
    kind      text,
    CONSTRAINT fk_children_parent_id FOREIGN KEY (parent_id) REFERENCES parents (id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS idx_children_kind ON children (kind, parent_id);
CREATE INDEX IF NOT EXISTS idx_children_some ON children (parent_id) WHERE kind = 'a';
