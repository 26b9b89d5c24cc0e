CREATE FUNCTION f() RETURNS trigger AS $b$
BEGIN
    -- FROM commented
    NEW.total := (SELECT count(*) FROM a, public.b AS x JOIN c ON true);
    IF NEW.seen = 1 THEN
        UPDATE d SET e = 'FROM text';
        DELETE FROM g WHERE f = 1;
    END IF;
    INSERT INTO s.h SELECT e FROM unknown FOR UPDATE;
END $b$
