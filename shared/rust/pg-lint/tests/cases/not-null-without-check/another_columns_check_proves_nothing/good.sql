SET lock_timeout = '3s';
ALTER TABLE t VALIDATE CONSTRAINT added_by_the_step_before;
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
