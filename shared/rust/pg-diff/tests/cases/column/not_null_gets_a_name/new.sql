CREATE TABLE t (a int CONSTRAINT a_there NOT NULL, b int CONSTRAINT "b is there" NOT NULL, c int CONSTRAINT c_there NOT NULL);
