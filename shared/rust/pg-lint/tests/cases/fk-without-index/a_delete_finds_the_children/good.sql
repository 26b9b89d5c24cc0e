CREATE TABLE IF NOT EXISTS parents (
    id    bigint CONSTRAINT pk_parents PRIMARY KEY,
    shard bigint,
    CONSTRAINT uq_parents UNIQUE (id, shard)
);
CREATE TABLE IF NOT EXISTS children (
    id        bigint,
    parent_id bigint,
    shard     bigint,
    CONSTRAINT pk_children PRIMARY KEY (parent_id, id),
    CONSTRAINT fk_children_parent_id FOREIGN KEY (parent_id) REFERENCES parents (id) ON DELETE CASCADE,
    CONSTRAINT fk_children_both FOREIGN KEY (shard, parent_id) REFERENCES parents (shard, id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS idx_children_both ON children (parent_id DESC, shard, id);
CREATE TABLE IF NOT EXISTS others (
    id        bigint CONSTRAINT pk_others PRIMARY KEY,
    parent_id bigint CONSTRAINT fk_others_parent_id REFERENCES parents (id) ON DELETE SET NULL
);
CREATE INDEX IF NOT EXISTS idx_others ON others (parent_id) WHERE parent_id IS NOT NULL;
