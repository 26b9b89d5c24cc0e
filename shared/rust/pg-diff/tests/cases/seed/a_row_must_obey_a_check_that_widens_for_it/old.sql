CREATE TABLE kind (code text PRIMARY KEY CONSTRAINT known CHECK (code IN ('a', 'b')));
INSERT INTO kind VALUES ('a');
