CREATE TABLE t (id int PRIMARY KEY, a int DEFAULT 5 NOT NULL, b timestamptz DEFAULT now() NOT NULL);
