CREATE TYPE state AS ENUM ('a', 'b', 'c');
CREATE TABLE t (id int PRIMARY KEY, state state CHECK (state IN ('a', 'b', 'c')));
CREATE INDEX t_c ON t (id) WHERE state = 'c';
CREATE UNIQUE INDEX t_not_c ON t (id) WHERE state <> 'c'::state;
