CREATE TYPE state AS ENUM ('a', 'c');
CREATE FUNCTION next_of(s state) RETURNS state IMMUTABLE LANGUAGE sql AS $$ SELECT 'a'::state $$;
CREATE TABLE t (id int PRIMARY KEY, state state DEFAULT next_of('a'));
CREATE VIEW v AS SELECT next_of(state) AS n FROM t;
