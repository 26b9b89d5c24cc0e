CREATE TABLE kind (code text PRIMARY KEY CONSTRAINT known CHECK (code IN ('a', 'b', 'c')));
INSERT INTO kind VALUES ('a'), ('c');
