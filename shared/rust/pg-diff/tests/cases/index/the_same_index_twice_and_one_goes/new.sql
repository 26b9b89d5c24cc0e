CREATE TABLE t (a int);
CREATE INDEX one ON t (a);
