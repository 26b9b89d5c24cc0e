CREATE TYPE state AS ENUM ('c', 'a', 'b');
CREATE TABLE t (id int PRIMARY KEY, state state);
CREATE INDEX t_state ON t (state);
