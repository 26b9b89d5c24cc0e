CREATE TABLE kept (id int);
CREATE FUNCTION "My Func"("Arg 1" int, "select" text DEFAULT 'it''s') RETURNS TABLE ("Out 1" int, b text)
    LANGUAGE sql STABLE STRICT SECURITY DEFINER COST 5 ROWS 7 PARALLEL SAFE
    SET search_path = pg_catalog, public SET work_mem = '4MB'
    AS $body$ SELECT 1, $$a$$ || 'b' $body$;
