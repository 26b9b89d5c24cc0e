CREATE FUNCTION f(a int) RETURNS void LANGUAGE sql AS '';
COMMENT ON FUNCTION f(int) IS 'a function';
