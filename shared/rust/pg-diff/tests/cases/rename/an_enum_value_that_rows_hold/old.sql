CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE t (id int PRIMARY KEY, m mood DEFAULT 'happy');
CREATE VIEW v AS SELECT id FROM t WHERE m = 'happy';
INSERT INTO t VALUES (1, 'happy'), (2, 'sad');
