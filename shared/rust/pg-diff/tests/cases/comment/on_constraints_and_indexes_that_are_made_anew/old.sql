CREATE TABLE t (a int CONSTRAINT c CHECK (a > 0), b int CONSTRAINT u UNIQUE);
CREATE INDEX i ON t (a);
COMMENT ON CONSTRAINT c ON t IS 'the check';
COMMENT ON CONSTRAINT u ON t IS 'the key';
COMMENT ON INDEX u IS 'the index of the key';
COMMENT ON INDEX i IS 'the index';
