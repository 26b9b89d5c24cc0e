CREATE TABLE t (id int PRIMARY KEY, gone int UNIQUE, kept text, CHECK (gone > id));
CREATE INDEX t_gone_kept ON t (gone, kept);
CREATE STATISTICS t_s ON gone, kept FROM t;
CREATE TABLE u (id int PRIMARY KEY, gone int REFERENCES t (gone));
CREATE VIEW v AS SELECT id, gone, kept FROM t;
CREATE POLICY p ON t USING (gone > 0);
INSERT INTO t VALUES (1, 2, 'y');
INSERT INTO u VALUES (1, 2);
