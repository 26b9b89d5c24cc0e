CREATE TABLE t (id int PRIMARY KEY, state text DEFAULT 'a' NOT NULL CHECK (state IN ('a', 'b')));
CREATE INDEX t_state ON t (state);
INSERT INTO t VALUES (1, 'b');
