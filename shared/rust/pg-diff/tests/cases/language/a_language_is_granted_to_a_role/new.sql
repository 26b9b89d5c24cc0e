CREATE FUNCTION h() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE TRUSTED LANGUAGE plsame HANDLER h;
REVOKE USAGE ON LANGUAGE plsame FROM PUBLIC;
GRANT USAGE ON LANGUAGE plsame TO xtask_case_writer;
