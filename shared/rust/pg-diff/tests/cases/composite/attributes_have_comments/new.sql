CREATE TYPE pair AS (a int, b int);
COMMENT ON COLUMN pair.a IS E'it''s the\nfirst';
COMMENT ON TYPE pair IS 'two numbers';
