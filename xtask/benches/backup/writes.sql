
CREATE TABLE IF NOT EXISTS bench_writes (writer integer NOT NULL);
