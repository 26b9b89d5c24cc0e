CREATE TYPE state AS ENUM ('a', 'b');
CREATE TABLE t (id int PRIMARY KEY, state state);
INSERT INTO t VALUES (1, 'a'), (2, 'b');
