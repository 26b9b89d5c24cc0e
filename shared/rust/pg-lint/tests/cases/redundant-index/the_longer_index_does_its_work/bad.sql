CREATE TABLE IF NOT EXISTS t (a bigint, b bigint, CONSTRAINT pk_t PRIMARY KEY (a, b));
CREATE INDEX IF NOT EXISTS idx_t_a ON t (a);
CREATE INDEX IF NOT EXISTS idx_t_b ON t (b);
CREATE INDEX IF NOT EXISTS idx_t_b_again ON t USING btree (b);
