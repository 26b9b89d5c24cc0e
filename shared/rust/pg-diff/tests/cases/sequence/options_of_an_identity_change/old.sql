CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, name text);
INSERT INTO t (name) VALUES ('x'), ('y');
