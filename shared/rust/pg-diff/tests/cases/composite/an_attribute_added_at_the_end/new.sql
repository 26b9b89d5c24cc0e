CREATE TYPE address AS (street text, house int);
CREATE TABLE t (id int PRIMARY KEY, home address);
