CREATE TABLE kind (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text NOT NULL UNIQUE, title text, hits int DEFAULT 0);
-- @seed key=(code) update=(title)
INSERT INTO kind (code, title) VALUES ('a', 'A'), ('b', 'B');
