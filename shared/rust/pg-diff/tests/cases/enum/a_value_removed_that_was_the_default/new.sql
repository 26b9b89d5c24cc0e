CREATE TYPE state AS ENUM ('a', 'c');
CREATE TABLE t (id int PRIMARY KEY, state state DEFAULT 'c' NOT NULL);
