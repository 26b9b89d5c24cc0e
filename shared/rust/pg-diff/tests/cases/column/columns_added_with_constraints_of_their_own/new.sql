CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (id int, a int UNIQUE, b int CHECK (b > 0), p_id int REFERENCES p,
    no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, s serial);
