CREATE DOMAIN d AS text CHECK (VALUE <> '');
CREATE TYPE e AS ENUM ('x', 'xy', 'y');
CREATE TABLE t (a d, b e, c e[]);
CREATE INDEX t_a ON t (a, b);
CREATE INDEX t_c ON t USING gin (c);
CREATE INDEX t_x ON t (a) WHERE b = 'xy' OR c @> '{xy}';
