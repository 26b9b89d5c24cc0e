CREATE TYPE state AS ENUM ('a', 'b', 'c');
CREATE DOMAIN good AS state DEFAULT 'c' CHECK (VALUE <> 'b');
CREATE FUNCTION is_good(s state DEFAULT 'c') RETURNS boolean LANGUAGE sql AS $$ SELECT s IN ('a', 'c') $$;
CREATE TABLE t (id int, good good);
