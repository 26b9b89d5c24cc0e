CREATE SCHEMA ids;
CREATE SEQUENCE ids.others START 1000;
CREATE TABLE t (id bigint DEFAULT nextval('ids.others') PRIMARY KEY);
