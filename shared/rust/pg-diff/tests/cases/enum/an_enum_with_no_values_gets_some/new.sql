CREATE TYPE state AS ENUM ('x', 'y');
CREATE TABLE t (id int, state state DEFAULT 'x');
