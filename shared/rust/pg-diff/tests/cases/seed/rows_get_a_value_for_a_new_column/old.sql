CREATE TABLE kind (code text PRIMARY KEY);
INSERT INTO kind VALUES ('a'), ('b');
