CREATE TYPE state AS ENUM ('a', 'c');
CREATE TABLE t (id int PRIMARY KEY, state state CHECK (state <> 'c' OR id > 1));
CREATE INDEX t_state ON t (state);
CREATE INDEX t_a ON t (id) WHERE state = 'a';
CREATE VIEW v AS SELECT id, state FROM t WHERE state = 'a';
COMMENT ON COLUMN v.state IS 'stays';
