CREATE FUNCTION f(a int, OUT b int, OUT c text, OUT d date) LANGUAGE sql AS $$ SELECT 1, 'x', now()::date $$;
CREATE VIEW v AS SELECT (f(1)).b, (f(1)).c;
COMMENT ON FUNCTION f(int) IS 'stays';
