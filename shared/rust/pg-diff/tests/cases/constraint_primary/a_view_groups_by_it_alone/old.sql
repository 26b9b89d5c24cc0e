CREATE TABLE t (id int PRIMARY KEY, a text, b text);
CREATE TABLE u (t_id int REFERENCES t);
CREATE VIEW v AS SELECT t.id, t.a, count(*) AS n FROM t JOIN u ON u.t_id = t.id GROUP BY t.id;
INSERT INTO t VALUES (1, 'x', 'y');
