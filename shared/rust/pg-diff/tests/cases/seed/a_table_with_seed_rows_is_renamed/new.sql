-- @renamed from=kind
CREATE TABLE sort (code text PRIMARY KEY, title text);
INSERT INTO sort VALUES ('a', 'A'), ('b', 'B');
