CREATE FUNCTION like_it(text, text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT $1 ~ $2';
CREATE OPERATOR ~~~ (LEFTARG = text, RIGHTARG = text, FUNCTION = like_it, RESTRICT = contsel, JOIN = contjoinsel);
CREATE TABLE t (a text);
CREATE INDEX t_a ON t (a) WHERE a ~~~ 'x';
