CREATE TYPE pair AS (a int, b text);
CREATE FUNCTION make() RETURNS pair LANGUAGE sql AS $$ SELECT ROW(1, 'x')::pair $$;
