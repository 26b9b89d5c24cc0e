CREATE TYPE state AS ENUM ('a', 'b');
CREATE TABLE one (state state PRIMARY KEY);
CREATE TABLE many (id int PRIMARY KEY, state state REFERENCES one);
INSERT INTO one VALUES ('a');
INSERT INTO many VALUES (1, 'a');
