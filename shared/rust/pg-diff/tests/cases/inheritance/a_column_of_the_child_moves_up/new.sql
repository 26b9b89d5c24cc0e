CREATE TABLE p (id int, a text);
CREATE TABLE c (b int) INHERITS (p);
