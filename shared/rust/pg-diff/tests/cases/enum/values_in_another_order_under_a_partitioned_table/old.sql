CREATE TYPE state AS ENUM ('a', 'b', 'c');
CREATE TABLE t (id int, state state) PARTITION BY LIST (state);
CREATE TABLE t_a PARTITION OF t FOR VALUES IN ('a');
CREATE TABLE t_rest PARTITION OF t DEFAULT;
INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c');
