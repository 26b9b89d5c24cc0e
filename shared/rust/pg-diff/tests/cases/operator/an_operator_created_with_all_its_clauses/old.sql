CREATE FUNCTION same(int, text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT $1::text = $2';
CREATE FUNCTION same(text, int) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT $1 = $2::text';
