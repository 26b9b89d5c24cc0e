CREATE TABLE p (id int, a text);
CREATE TABLE c (id int, a text, b int);
INSERT INTO c VALUES (1, 'x', 2);
