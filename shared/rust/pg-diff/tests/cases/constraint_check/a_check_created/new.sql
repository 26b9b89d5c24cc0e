CREATE TABLE t (a int CHECK (a > 0), b text, CONSTRAINT "B b" CHECK (b ~ E'^[x\\y''"]*$' AND a IS DISTINCT FROM 5));
