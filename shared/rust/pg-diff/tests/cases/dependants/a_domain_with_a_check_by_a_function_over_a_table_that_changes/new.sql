CREATE TABLE word (w text PRIMARY KEY);
CREATE FUNCTION is_word(text) RETURNS boolean LANGUAGE sql RETURN (SELECT EXISTS (SELECT FROM word WHERE w = $1));
CREATE DOMAIN known AS text CONSTRAINT is_known CHECK (is_word(VALUE));
CREATE TABLE t (id int, k known);
