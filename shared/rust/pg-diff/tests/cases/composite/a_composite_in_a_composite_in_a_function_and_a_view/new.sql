CREATE TYPE inner_type AS (a int, b text);
CREATE TYPE outer_type AS (i inner_type, n int, more inner_type[]);
CREATE FUNCTION f() RETURNS SETOF outer_type LANGUAGE sql AS $$ SELECT NULL::public.outer_type $$;
CREATE VIEW v AS SELECT * FROM f();
