CREATE FUNCTION h() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION i(internal) RETURNS void STRICT LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_inline_handler';
CREATE FUNCTION v(oid) RETURNS void STRICT LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE LANGUAGE "PL same" HANDLER h INLINE i VALIDATOR v;
CREATE TABLE kept (id int);
CREATE FUNCTION one() RETURNS int LANGUAGE "PL same" AS 'BEGIN RETURN 1; END';
