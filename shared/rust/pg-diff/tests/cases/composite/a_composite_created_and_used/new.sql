CREATE TYPE address AS (street text COLLATE "C", "House No" int, parts numeric(6,2)[]);
CREATE TABLE t (id int PRIMARY KEY, home address, others address[]);
CREATE FUNCTION street_of(a address) RETURNS text LANGUAGE sql AS 'SELECT a.street';
