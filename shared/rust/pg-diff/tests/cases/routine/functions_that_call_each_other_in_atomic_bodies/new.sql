CREATE FUNCTION a(n int) RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint';
CREATE FUNCTION b(n int) RETURNS bigint LANGUAGE sql RETURN a(n) + 1;
CREATE FUNCTION c(n int) RETURNS bigint LANGUAGE sql RETURN b(n) + a(n);
