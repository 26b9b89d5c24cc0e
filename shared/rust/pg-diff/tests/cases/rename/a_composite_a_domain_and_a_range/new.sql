-- @renamed from=pair
CREATE TYPE couple AS (a int, b int);
-- @renamed from=good
CREATE DOMAIN fine AS int CONSTRAINT is_good CHECK (VALUE > 0);
-- @renamed from=span
CREATE TYPE reach AS RANGE (subtype = int, multirange_type_name = spans);
CREATE TABLE t (p couple, g fine, s reach, ss spans);
