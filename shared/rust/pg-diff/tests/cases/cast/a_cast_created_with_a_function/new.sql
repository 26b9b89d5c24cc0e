CREATE TYPE point2 AS (x int, y int);
CREATE FUNCTION to_text(point2) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT ($1).x || ',' || ($1).y $$;
CREATE CAST (point2 AS text) WITH FUNCTION to_text(point2);
COMMENT ON CAST (point2 AS text) IS 'for people';
