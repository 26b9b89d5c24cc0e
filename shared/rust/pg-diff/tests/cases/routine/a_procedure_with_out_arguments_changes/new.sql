CREATE PROCEDURE p(IN a int, OUT b bigint, INOUT c text DEFAULT 'x') LANGUAGE plpgsql AS 'BEGIN b := a; END';
COMMENT ON PROCEDURE p(int, OUT bigint, INOUT text) IS 'gives b';
