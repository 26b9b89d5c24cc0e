CREATE TABLE t (a int, b text);
CREATE VIEW "My View" ("Col 1", "select") WITH (security_barrier = true) AS
    SELECT a, b || E'it''s\n"x"' FROM t WHERE a > 0
    WITH CASCADED CHECK OPTION;
