-- @renamed from=a
CREATE TABLE b (id int PRIMARY KEY, x text);
-- @renamed from=b
CREATE TABLE c (id int PRIMARY KEY, y text, a_id int CONSTRAINT b_a REFERENCES b);
CREATE VIEW v AS SELECT x FROM b;
