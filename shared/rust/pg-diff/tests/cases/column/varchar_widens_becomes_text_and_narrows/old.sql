CREATE TABLE t (a varchar(10), b varchar(10), c text, d varchar(20), e char(3), f varchar);
CREATE INDEX t_a ON t (a);
CREATE INDEX t_b ON t (b text_pattern_ops);
INSERT INTO t VALUES ('a', 'b', 'c', 'd', 'e', 'f');
