CREATE EXTENSION hstore;
COMMENT ON EXTENSION hstore IS 'new ''words''';
CREATE TABLE t (id int, attrs hstore DEFAULT hstore('a', '1'));
GRANT SELECT ON t TO xtask_case_reader;
