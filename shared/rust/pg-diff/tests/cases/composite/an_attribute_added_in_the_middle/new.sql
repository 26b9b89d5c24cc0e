CREATE TYPE address AS (street text, house int, city text);
CREATE FUNCTION f() RETURNS address LANGUAGE sql AS $$ SELECT ROW('a', 1, 'b')::address $$;
