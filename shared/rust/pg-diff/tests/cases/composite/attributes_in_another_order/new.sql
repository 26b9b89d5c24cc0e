CREATE TYPE pair AS (b text, a int);
CREATE FUNCTION make() RETURNS pair LANGUAGE sql AS $$ SELECT ROW('x', 1)::pair $$;
