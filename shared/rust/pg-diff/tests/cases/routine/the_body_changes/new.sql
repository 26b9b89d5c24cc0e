CREATE FUNCTION f(a int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    -- it's $1 more
    RETURN a + 1;
END $$;
