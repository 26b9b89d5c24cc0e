CREATE TABLE t (id bigint PRIMARY KEY, a int NOT NULL, b text DEFAULT 'x' NOT NULL,
    CONSTRAINT c CHECK (a > 0) NO INHERIT) WITH (fillfactor = 80);
CREATE INDEX t_b ON t (b) WHERE a > 1;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON t TO xtask_case_reader USING (true);
GRANT SELECT (a) ON t TO xtask_case_reader;
COMMENT ON TABLE t IS 'all at once';
