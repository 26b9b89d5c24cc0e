CREATE DOMAIN positive AS int CONSTRAINT is_positive CHECK (VALUE > 0);
CREATE TABLE t (id int, n positive, ns positive[]);
