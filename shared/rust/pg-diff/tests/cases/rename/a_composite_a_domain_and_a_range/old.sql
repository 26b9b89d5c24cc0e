CREATE TYPE pair AS (a int, b int);
CREATE DOMAIN good AS int CONSTRAINT is_good CHECK (VALUE > 0);
CREATE TYPE span AS RANGE (subtype = int, multirange_type_name = spans);
CREATE TABLE t (p pair, g good, s span, ss spans);
INSERT INTO t VALUES (ROW(1, 2), 1, '[1,2)', '{}');
