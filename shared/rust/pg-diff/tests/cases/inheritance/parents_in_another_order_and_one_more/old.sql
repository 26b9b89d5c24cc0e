CREATE TABLE p1 (id int, a text);
CREATE TABLE p2 (id int, b text);
CREATE TABLE p3 (d int);
CREATE TABLE c () INHERITS (p1, p2);
INSERT INTO c VALUES (1, 'x', 'y');
