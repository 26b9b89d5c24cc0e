CREATE TYPE state AS ENUM ('a', 'b', 'c');
CREATE TABLE t (id int PRIMARY KEY, state state DEFAULT 'c' NOT NULL);
CREATE TABLE u (id int PRIMARY KEY, state state DEFAULT 'c');
