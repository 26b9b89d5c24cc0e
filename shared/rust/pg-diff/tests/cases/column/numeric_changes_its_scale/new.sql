CREATE TABLE t (a numeric(12,2), b numeric(12,4), c numeric(6,2), d numeric(8,2), e double precision);
