CREATE TYPE state AS ENUM ('a', 'b');
CREATE TABLE t (id int PRIMARY KEY, state state DEFAULT 'a');
INSERT INTO t VALUES (1, 'b');
