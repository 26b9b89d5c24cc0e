CREATE TABLE t (id bigint PRIMARY KEY, name text);
CREATE FUNCTION f(a int) RETURNS varchar LANGUAGE sql BEGIN ATOMIC
    SELECT name FROM t WHERE id = a;
END;
