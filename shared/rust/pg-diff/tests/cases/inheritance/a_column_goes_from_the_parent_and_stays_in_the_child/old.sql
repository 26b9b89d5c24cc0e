CREATE TABLE p (id int, a text);
CREATE TABLE c (a text, b int) INHERITS (p);
CREATE TABLE d (b int) INHERITS (p);
INSERT INTO c VALUES (1, 'x', 2);
INSERT INTO d VALUES (1, 'y', 2);
