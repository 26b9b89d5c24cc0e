CREATE TABLE t (a text, b text, c jsonb);
CREATE INDEX t_a ON t (a text_pattern_ops);
CREATE INDEX t_b ON t (b COLLATE "POSIX");
CREATE INDEX t_c ON t USING gin (c jsonb_path_ops);
