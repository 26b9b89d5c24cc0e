CREATE DOMAIN positive AS int DEFAULT 1 CHECK (VALUE > 0);
CREATE TABLE t (id int, a positive, b positive NOT NULL);
