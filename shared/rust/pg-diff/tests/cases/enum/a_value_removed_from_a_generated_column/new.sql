CREATE TYPE size AS ENUM ('s', 'l');
CREATE FUNCTION size_of(n int) RETURNS size IMMUTABLE LANGUAGE sql
    AS $$ SELECT CASE WHEN n < 5 THEN 's'::public.size ELSE 'l'::public.size END $$;
CREATE TABLE t (n int, size size GENERATED ALWAYS AS (size_of(n)) STORED);
