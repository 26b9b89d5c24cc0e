CREATE TABLE t (a text CONSTRAINT c1 CHECK (a IN ('x', 'y', 'z')), b int CONSTRAINT c2 CHECK (b < 10));
