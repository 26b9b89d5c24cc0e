CREATE TABLE t (a varchar(20), b text, c varchar(30), d varchar(10), e text, f char(5));
CREATE INDEX t_a ON t (a);
CREATE INDEX t_b ON t (b text_pattern_ops);
