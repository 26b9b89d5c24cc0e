CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
-- @renamed from=person
CREATE TABLE human (id int, name text);
CREATE VIEW v AS SELECT name FROM human;
CREATE TRIGGER tr BEFORE INSERT ON human FOR EACH ROW EXECUTE FUNCTION f();
CREATE POLICY p ON human USING (id > 0);
CREATE FUNCTION g(human) RETURNS text LANGUAGE sql AS 'SELECT $1.name';
GRANT SELECT ON human TO xtask_case_reader;
COMMENT ON TABLE human IS 'stays';
