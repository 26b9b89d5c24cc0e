CREATE TABLE t (id int PRIMARY KEY, a varchar(5), gone int, CONSTRAINT c CHECK (gone > 0));
CREATE INDEX t_gone ON t (gone);
INSERT INTO t VALUES (1, '5', 3);
