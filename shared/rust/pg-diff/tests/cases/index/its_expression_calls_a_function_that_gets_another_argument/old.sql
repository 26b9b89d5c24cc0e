CREATE FUNCTION norm(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower($1)';
CREATE TABLE t (a text);
CREATE UNIQUE INDEX t_i ON t (norm(a)) WHERE norm(a) <> '';
INSERT INTO t VALUES ('X');
