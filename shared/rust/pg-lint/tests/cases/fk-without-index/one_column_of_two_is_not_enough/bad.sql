CREATE TABLE IF NOT EXISTS parents (a bigint, b bigint, CONSTRAINT pk_parents PRIMARY KEY (a, b));
CREATE TABLE IF NOT EXISTS children (
    id bigint CONSTRAINT pk_children PRIMARY KEY,
    a  bigint,
    b  bigint,
    CONSTRAINT fk_children FOREIGN KEY (a, b) REFERENCES parents ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS idx_children_a ON children (a);
CREATE INDEX IF NOT EXISTS idx_children_sum ON children ((a + b), b);
