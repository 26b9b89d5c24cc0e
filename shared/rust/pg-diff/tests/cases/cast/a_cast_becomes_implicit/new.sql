CREATE TYPE mood AS ENUM ('a', 'b');
CREATE CAST (mood AS varchar) WITH INOUT AS IMPLICIT;
CREATE TABLE t (m mood);
