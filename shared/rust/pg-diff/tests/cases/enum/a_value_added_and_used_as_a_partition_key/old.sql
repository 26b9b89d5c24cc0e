CREATE TYPE state AS ENUM ('a', 'b');
CREATE TABLE t (id int, state state) PARTITION BY LIST (state);
CREATE TABLE t_a PARTITION OF t FOR VALUES IN ('a', 'b');
INSERT INTO t VALUES (1, 'b');
