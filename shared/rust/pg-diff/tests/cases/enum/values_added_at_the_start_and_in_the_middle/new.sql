CREATE TYPE state AS ENUM ('a', 'a''', 'b', 'c', 'c2', 'd', 'e');
CREATE TABLE t (id int PRIMARY KEY, state state);
CREATE INDEX t_state ON t (state);
