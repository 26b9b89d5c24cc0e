CREATE TYPE state AS ENUM ('a', 'wrong', 'c');
CREATE TABLE t (id int PRIMARY KEY, state state DEFAULT 'a');
CREATE MATERIALIZED VIEW m AS SELECT state, count(*) AS n FROM t GROUP BY state;
CREATE UNIQUE INDEX m_state ON m (state);
INSERT INTO t VALUES (1, 'a');
