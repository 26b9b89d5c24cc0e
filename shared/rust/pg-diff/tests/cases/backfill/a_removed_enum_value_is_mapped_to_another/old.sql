CREATE TYPE state AS ENUM ('a', 'b', 'c');
CREATE TABLE t (id int PRIMARY KEY, state state DEFAULT 'b' NOT NULL);
INSERT INTO t VALUES (1, 'a'), (2, 'b');
