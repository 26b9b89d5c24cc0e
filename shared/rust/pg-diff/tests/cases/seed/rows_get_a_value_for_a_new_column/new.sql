CREATE TABLE kind (code text PRIMARY KEY, rank int DEFAULT 0 NOT NULL);
-- @seed key=(code) update=(rank)
INSERT INTO kind VALUES ('a', 1), ('b', 2);
