CREATE TABLE t (a int, b int);
CREATE PROCEDURE add_one(n int) LANGUAGE sql BEGIN ATOMIC
    INSERT INTO t (a, b) VALUES (n, n);
    DELETE FROM t WHERE a < 0;
END;
