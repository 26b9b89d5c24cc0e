CREATE TYPE pair AS (a int, b int);
COMMENT ON COLUMN pair.a IS 'first';
COMMENT ON COLUMN pair.b IS 'second';
