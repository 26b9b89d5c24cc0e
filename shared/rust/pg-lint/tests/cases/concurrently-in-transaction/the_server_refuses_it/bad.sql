BEGIN;
SET LOCAL lock_timeout = '3s';
CREATE INDEX CONCURRENTLY idx_t_a ON t (a);
COMMIT;
