CREATE FUNCTION step(bigint, int) RETURNS bigint IMMUTABLE LANGUAGE sql AS 'SELECT $1 + $2';
CREATE AGGREGATE total(int) (SFUNC = step, STYPE = bigint, INITCOND = '0');
