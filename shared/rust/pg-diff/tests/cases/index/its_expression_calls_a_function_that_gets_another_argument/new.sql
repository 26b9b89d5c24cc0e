CREATE FUNCTION norm(text, form text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower($1)';
CREATE TABLE t (a text);
CREATE UNIQUE INDEX t_i ON t (norm(a, 'nfc')) WHERE norm(a, '') <> '';
