CREATE TYPE address AS (street text, city text);
CREATE TABLE t (id int PRIMARY KEY, home address);
