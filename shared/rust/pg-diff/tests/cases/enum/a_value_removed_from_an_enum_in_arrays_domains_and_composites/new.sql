CREATE TYPE state AS ENUM ('a', 'c');
CREATE DOMAIN good AS state CHECK (VALUE <> 'c');
CREATE TYPE pair AS (one state, many state[]);
CREATE TABLE t (id int PRIMARY KEY, states state[] DEFAULT '{a}', good good, pair pair);
