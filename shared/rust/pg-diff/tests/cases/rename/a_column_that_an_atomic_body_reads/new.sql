CREATE TABLE t (
    id int PRIMARY KEY,
    -- @renamed from=a
    b text
);
CREATE FUNCTION f(i int) RETURNS text LANGUAGE sql RETURN (SELECT b FROM t WHERE id = i);
