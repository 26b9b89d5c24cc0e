CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public.later';
CREATE TABLE later (id int DEFAULT f());
