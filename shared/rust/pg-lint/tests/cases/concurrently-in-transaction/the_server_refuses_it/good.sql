BEGIN;
SET LOCAL lock_timeout = '3s';
ALTER TABLE t ADD COLUMN a text;
COMMIT;
SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY idx_t_a ON t (a);
