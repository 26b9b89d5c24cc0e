CREATE TYPE state AS ENUM ('new', 'it''s', 'A B', '');
CREATE TABLE t (id int PRIMARY KEY, state state DEFAULT 'it''s' NOT NULL);
