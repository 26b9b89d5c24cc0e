CREATE PROCEDURE p(IN a int, OUT b int, INOUT c text DEFAULT 'x') LANGUAGE plpgsql AS 'BEGIN b := a; END';
