CREATE TABLE IF NOT EXISTS t (a bigint, b bigint, c text, CONSTRAINT pk_t PRIMARY KEY (a, b));
CREATE INDEX IF NOT EXISTS idx_t_b ON t (b);
CREATE INDEX IF NOT EXISTS idx_t_b_a ON t (b DESC, a);
CREATE INDEX IF NOT EXISTS idx_t_a_some ON t (a) WHERE b > 0;
CREATE INDEX IF NOT EXISTS idx_t_a_hash ON t USING hash (a);
CREATE UNIQUE INDEX IF NOT EXISTS uq_t_a ON t (a) INCLUDE (c);
CREATE INDEX IF NOT EXISTS idx_t_c ON t (c text_pattern_ops);
CREATE INDEX IF NOT EXISTS idx_t_c_a ON t (c, a);
