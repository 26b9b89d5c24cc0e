CREATE TABLE t (id bigserial, name text);
INSERT INTO t (name) VALUES ('x');
