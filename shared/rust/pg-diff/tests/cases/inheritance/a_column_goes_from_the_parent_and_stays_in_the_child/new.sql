CREATE TABLE p (id int);
CREATE TABLE c (a text, b int) INHERITS (p);
CREATE TABLE d (a text, b int) INHERITS (p);
