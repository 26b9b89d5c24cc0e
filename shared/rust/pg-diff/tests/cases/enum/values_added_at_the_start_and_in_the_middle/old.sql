CREATE TYPE state AS ENUM ('b', 'd');
CREATE TABLE t (id int PRIMARY KEY, state state);
CREATE INDEX t_state ON t (state);
INSERT INTO t VALUES (1, 'b'), (2, 'd');
