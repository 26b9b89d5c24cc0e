CREATE TYPE state AS ENUM ('a', 'b');
CREATE DOMAIN good AS state CHECK (VALUE <> 'b');
CREATE FUNCTION is_good(s state DEFAULT 'a') RETURNS boolean LANGUAGE sql AS $$ SELECT s = 'a' $$;
CREATE TABLE t (id int, good good);
INSERT INTO t VALUES (1, 'a');
