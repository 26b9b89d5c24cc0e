CREATE TABLE IF NOT EXISTS t (id bigint CONSTRAINT pk_t PRIMARY KEY, runs integer);
INSERT INTO t (id, runs) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET runs = t.runs + 1;
