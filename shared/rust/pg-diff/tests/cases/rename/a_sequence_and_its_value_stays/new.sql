-- @renamed from=s
CREATE SEQUENCE numbers INCREMENT 2;
CREATE TABLE t (id bigint DEFAULT nextval('numbers'));
