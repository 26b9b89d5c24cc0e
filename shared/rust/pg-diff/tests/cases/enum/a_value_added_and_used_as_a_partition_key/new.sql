CREATE TYPE state AS ENUM ('a', 'b', 'c');
CREATE TABLE t (id int, state state) PARTITION BY LIST (state);
CREATE TABLE t_a PARTITION OF t FOR VALUES IN ('a', 'b');
CREATE TABLE t_c PARTITION OF t FOR VALUES IN ('c');
