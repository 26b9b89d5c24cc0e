CREATE TABLE t (a int, CONSTRAINT u UNIQUE (a) WITH (fillfactor = 90));
COMMENT ON CONSTRAINT u ON t IS 'it''s new';
