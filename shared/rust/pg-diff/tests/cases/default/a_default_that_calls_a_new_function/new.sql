CREATE FUNCTION "new Id"() RETURNS text LANGUAGE sql AS $$ SELECT md5(random()::text) $$;
CREATE TABLE t (id text DEFAULT "new Id"() PRIMARY KEY);
