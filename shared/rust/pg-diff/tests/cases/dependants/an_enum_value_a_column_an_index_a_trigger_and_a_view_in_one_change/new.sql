CREATE TYPE state AS ENUM ('a', 'b', 'c');
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE t (id int PRIMARY KEY, state state DEFAULT 'b' NOT NULL, was state DEFAULT 'b', CHECK (was <> 'c'));
CREATE UNIQUE INDEX t_b ON t (id) WHERE state = 'b';
CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.state = 'b') EXECUTE FUNCTION f();
CREATE VIEW v AS SELECT id FROM t WHERE state IN ('a', 'b');
CREATE MATERIALIZED VIEW m AS SELECT 'b'::state AS state, count(*) AS n FROM t;
