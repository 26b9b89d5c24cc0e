CREATE DOMAIN state AS text CHECK (VALUE IN ('a', 'b'));
CREATE TABLE t (id int PRIMARY KEY, state state DEFAULT 'a');
