CREATE TYPE state AS ENUM ('a', 'b', 'c');
CREATE TABLE rule (id int PRIMARY KEY, state state NOT NULL);
INSERT INTO rule VALUES (1, 'a'), (2, 'c');
