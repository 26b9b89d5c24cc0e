CREATE TABLE kind (code text PRIMARY KEY, title text);
INSERT INTO kind VALUES ('a', 'A'), ('b', 'it''s B'), ('c', NULL);
