CREATE TYPE state AS ENUM ('a', 'right', 'c');
CREATE TABLE t (id int PRIMARY KEY, state state DEFAULT 'right');
CREATE MATERIALIZED VIEW m AS SELECT state, count(*) AS n FROM t GROUP BY state;
CREATE UNIQUE INDEX m_state ON m (state);
