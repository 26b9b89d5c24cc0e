CREATE FUNCTION slug(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT replace(lower($1), ' ', '-') $$;
CREATE TABLE t (
    id int PRIMARY KEY,
    title text NOT NULL,
    -- @backfill public.slug(title)
    slug text NOT NULL UNIQUE
);
