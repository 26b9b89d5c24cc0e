CREATE TABLE t (a int);
COMMENT ON SCHEMA public IS 'our things';
