CREATE TABLE t (a int, b int);
CREATE INDEX t_i ON t ((a + b), a, (a - b));
ALTER INDEX t_i ALTER COLUMN 3 SET STATISTICS 1000;
