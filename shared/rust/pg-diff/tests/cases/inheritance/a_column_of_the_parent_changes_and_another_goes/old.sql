CREATE TABLE p (id int, a varchar(5), gone int);
CREATE TABLE c (b int) INHERITS (p);
CREATE TABLE d (a varchar(5)) INHERITS (c);
INSERT INTO c VALUES (1, 'x', 2, 3);
INSERT INTO d VALUES (1, 'x', 2, 3);
