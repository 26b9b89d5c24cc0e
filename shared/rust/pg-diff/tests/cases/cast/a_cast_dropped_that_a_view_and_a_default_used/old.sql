CREATE TYPE mood AS ENUM ('a', 'b');
CREATE FUNCTION mood_no(mood) RETURNS int IMMUTABLE LANGUAGE sql AS $$ SELECT length($1::text) $$;
CREATE CAST (mood AS int) WITH FUNCTION mood_no(mood);
CREATE TABLE t (m mood, n int DEFAULT 'a'::mood::int);
CREATE VIEW v AS SELECT m::int AS n FROM t;
INSERT INTO t VALUES ('b');
