CREATE TABLE c (id int, a text CONSTRAINT p_a_check CHECK (a <> ''), b int);
