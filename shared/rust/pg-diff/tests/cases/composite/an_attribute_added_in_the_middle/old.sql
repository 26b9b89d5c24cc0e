CREATE TYPE address AS (street text, city text);
CREATE FUNCTION f() RETURNS address LANGUAGE sql AS $$ SELECT ROW('a', 'b')::address $$;
