CREATE TYPE inner_type AS (a int);
CREATE TYPE outer_type AS (i inner_type, n int);
CREATE FUNCTION f() RETURNS SETOF outer_type LANGUAGE sql AS $$ SELECT NULL::public.outer_type $$;
CREATE VIEW v AS SELECT * FROM f();
