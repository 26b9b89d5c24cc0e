CREATE TYPE mood AS ENUM ('a');
CREATE TABLE t (m mood, ms mood[]);
INSERT INTO t VALUES ('a', '{a}');
