CREATE TABLE IF NOT EXISTS parents (id bigint CONSTRAINT pk_parents PRIMARY KEY);
CREATE TABLE IF NOT EXISTS children (
    id        bigint CONSTRAINT pk_children PRIMARY KEY,
    parent_id bigint,
    other_id  bigint CONSTRAINT fk_children_other_id REFERENCES parents (id) ON UPDATE CASCADE ON DELETE NO ACTION,
    CONSTRAINT fk_children_parent_id FOREIGN KEY (parent_id) REFERENCES parents (id) MATCH SIMPLE ON DELETE SET NULL
);
CREATE INDEX IF NOT EXISTS idx_children_parent_id ON children (parent_id);
CREATE INDEX IF NOT EXISTS idx_children_other_id ON children (other_id);
