CREATE TABLE p (id int);
CREATE TABLE c (a text, b int) INHERITS (p);
INSERT INTO c VALUES (1, 'x', 2);
