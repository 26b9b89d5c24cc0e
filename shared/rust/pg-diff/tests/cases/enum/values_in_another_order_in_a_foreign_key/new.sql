CREATE TYPE state AS ENUM ('b', 'a');
CREATE TABLE one (state state PRIMARY KEY);
CREATE TABLE many (id int PRIMARY KEY, state state REFERENCES one);
