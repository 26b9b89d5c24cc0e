CREATE FUNCTION is_good(text, min int DEFAULT 1) RETURNS boolean IMMUTABLE LANGUAGE sql
    AS $$ SELECT length($1) >= min $$;
CREATE DOMAIN good AS text CONSTRAINT is_good CHECK (is_good(VALUE));
CREATE TABLE t (id int, a good);
