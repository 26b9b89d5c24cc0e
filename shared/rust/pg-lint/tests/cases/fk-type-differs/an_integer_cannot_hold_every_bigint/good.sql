CREATE TABLE IF NOT EXISTS parents (
    id   bigint,
    code varchar(20),
    CONSTRAINT pk_parents PRIMARY KEY (id),
    CONSTRAINT uq_parents_code UNIQUE (code)
);
CREATE TABLE IF NOT EXISTS children (
    id        bigserial CONSTRAINT pk_children PRIMARY KEY, -- lint: ignore serial-column the example wants it
    parent_id int8 CONSTRAINT fk_children_parent_id REFERENCES parents ON DELETE CASCADE,
    code      text CONSTRAINT fk_children_code REFERENCES parents (code) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS idx_children_parent_id ON children (parent_id);
CREATE INDEX IF NOT EXISTS idx_children_code ON children (code);
