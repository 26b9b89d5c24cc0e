CREATE TYPE words AS RANGE (subtype = text, collation = "C");
CREATE TABLE t (w words);
INSERT INTO t VALUES ('[a,b)');
