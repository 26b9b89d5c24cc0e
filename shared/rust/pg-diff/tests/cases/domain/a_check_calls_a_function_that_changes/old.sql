CREATE FUNCTION is_good(text) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$ SELECT $1 <> '' $$;
CREATE DOMAIN good AS text CONSTRAINT is_good CHECK (is_good(VALUE));
CREATE TABLE t (id int, a good);
INSERT INTO t VALUES (1, 'x');
