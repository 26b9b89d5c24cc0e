CREATE TABLE t (id bigint PRIMARY KEY, n bigint DEFAULT 5 CHECK (n > 0));
CREATE INDEX t_n ON t (n);
