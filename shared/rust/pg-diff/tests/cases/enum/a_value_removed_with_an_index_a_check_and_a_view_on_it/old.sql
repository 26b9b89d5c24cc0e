CREATE TYPE state AS ENUM ('a', 'b', 'c');
CREATE TABLE t (id int PRIMARY KEY, state state CHECK (state <> 'b'));
CREATE INDEX t_state ON t (state);
CREATE INDEX t_a ON t (id) WHERE state = 'a';
CREATE VIEW v AS SELECT id, state FROM t WHERE state = 'a';
COMMENT ON COLUMN v.state IS 'stays';
INSERT INTO t VALUES (1, 'a'), (2, 'c');
