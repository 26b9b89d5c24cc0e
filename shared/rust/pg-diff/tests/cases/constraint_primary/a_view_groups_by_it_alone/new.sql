CREATE TABLE t (id bigint CONSTRAINT t_key PRIMARY KEY, a text, b text);
CREATE TABLE u (t_id bigint REFERENCES t);
CREATE VIEW v AS SELECT t.id, t.a, count(*) AS n FROM t JOIN u ON u.t_id = t.id GROUP BY t.id;
