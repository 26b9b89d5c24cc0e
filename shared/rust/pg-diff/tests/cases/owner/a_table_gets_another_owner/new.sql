CREATE TABLE t (id serial PRIMARY KEY, a int);
CREATE INDEX t_a ON t (a);
ALTER TABLE t OWNER TO xtask_case_owner;
