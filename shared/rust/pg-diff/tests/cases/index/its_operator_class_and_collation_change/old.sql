CREATE TABLE t (a text, b text, c jsonb);
CREATE INDEX t_a ON t (a);
CREATE INDEX t_b ON t (b COLLATE "C");
CREATE INDEX t_c ON t USING gin (c);
INSERT INTO t VALUES ('x', 'y', '{}');
