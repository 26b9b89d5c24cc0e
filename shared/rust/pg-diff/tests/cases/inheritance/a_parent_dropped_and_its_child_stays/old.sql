CREATE TABLE p (id int, a text CHECK (a <> ''));
CREATE TABLE c (b int) INHERITS (p);
INSERT INTO c VALUES (1, 'x', 2);
