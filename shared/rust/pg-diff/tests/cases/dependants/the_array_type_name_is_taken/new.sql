CREATE TYPE mood AS ENUM ('a');
CREATE TYPE _mood AS (x int);
CREATE TABLE t (m mood, ms mood[], o _mood);
