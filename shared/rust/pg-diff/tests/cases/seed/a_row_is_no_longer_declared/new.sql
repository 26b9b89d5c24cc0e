CREATE TABLE kind (code text PRIMARY KEY, title text);
INSERT INTO kind VALUES ('a', 'A');
