CREATE TABLE p (id int, a text CONSTRAINT filled CHECK (a <> ''));
CREATE TABLE c (id int, a text, b int) INHERITS (p);
