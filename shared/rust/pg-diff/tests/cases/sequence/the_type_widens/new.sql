CREATE SEQUENCE s AS bigint;
CREATE TABLE t (id bigint DEFAULT nextval('s') PRIMARY KEY);
