CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $f$
SELECT $$a$$ || 'b''c' || E'\\d\n' || $function$ e; $function$ || '"' -- ;
$f$;
