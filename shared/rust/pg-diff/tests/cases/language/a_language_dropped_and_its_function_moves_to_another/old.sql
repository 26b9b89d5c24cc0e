CREATE FUNCTION h() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE LANGUAGE plsame HANDLER h;
CREATE FUNCTION one() RETURNS int IMMUTABLE LANGUAGE plsame AS 'BEGIN RETURN 1; END';
CREATE TABLE t (id int DEFAULT one());
CREATE INDEX t_one ON t ((id + one()));
INSERT INTO t VALUES (5);
