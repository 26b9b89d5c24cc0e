CREATE TABLE p1 (id int, a text);
CREATE TABLE p2 (id int, b text);
CREATE TABLE p3 (d int);
CREATE TABLE c () INHERITS (p2, p1, p3);
