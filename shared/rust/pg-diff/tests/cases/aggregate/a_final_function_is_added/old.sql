CREATE FUNCTION fin(int) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT 'n' || $1 $$;
CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int);
COMMENT ON AGGREGATE total(int) IS 'a sum';
