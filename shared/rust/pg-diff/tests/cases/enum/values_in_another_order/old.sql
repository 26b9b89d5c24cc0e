CREATE TYPE state AS ENUM ('a', 'b', 'c');
CREATE TABLE t (id int PRIMARY KEY, state state);
CREATE INDEX t_state ON t (state);
INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c');
