CREATE TABLE t (r int4range, s int, CONSTRAINT "no overlap" EXCLUDE USING gist (r WITH &&) WHERE (s > 0),
    EXCLUDE (s WITH =));
