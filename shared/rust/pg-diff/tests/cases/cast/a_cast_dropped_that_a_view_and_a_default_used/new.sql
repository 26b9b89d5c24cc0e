CREATE TYPE mood AS ENUM ('a', 'b');
CREATE FUNCTION mood_no(mood) RETURNS int IMMUTABLE LANGUAGE sql AS $$ SELECT length($1::text) $$;
CREATE TABLE t (m mood, n int DEFAULT mood_no('a'));
CREATE VIEW v AS SELECT mood_no(m) AS n FROM t;
