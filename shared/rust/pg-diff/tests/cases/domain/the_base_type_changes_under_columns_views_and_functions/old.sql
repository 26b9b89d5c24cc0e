CREATE DOMAIN amount AS int CHECK (VALUE >= 0);
CREATE TABLE t (id int PRIMARY KEY, a amount DEFAULT 0, many amount[]);
CREATE INDEX t_a ON t (a);
CREATE VIEW v AS SELECT a + 1 AS a FROM t;
CREATE FUNCTION f(a amount) RETURNS amount LANGUAGE sql AS 'SELECT a';
INSERT INTO t VALUES (1, 5, '{1}');
