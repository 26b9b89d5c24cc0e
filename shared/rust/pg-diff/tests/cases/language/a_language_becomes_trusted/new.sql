CREATE FUNCTION h() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE TRUSTED LANGUAGE plsame HANDLER h;
CREATE FUNCTION one() RETURNS int LANGUAGE plsame AS 'BEGIN RETURN 1; END';
