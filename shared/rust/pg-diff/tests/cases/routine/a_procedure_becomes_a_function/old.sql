CREATE PROCEDURE f(a int) LANGUAGE sql AS '';
COMMENT ON PROCEDURE f(int) IS 'a procedure';
