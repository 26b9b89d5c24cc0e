CREATE TYPE state AS ENUM ('a', 'b');
CREATE TABLE t (id int PRIMARY KEY, state state DEFAULT 'a' NOT NULL);
CREATE INDEX t_state ON t (state);
