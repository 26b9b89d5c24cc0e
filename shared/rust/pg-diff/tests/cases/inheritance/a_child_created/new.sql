CREATE TABLE p (id int PRIMARY KEY, a text DEFAULT 'p' CHECK (a <> ''));
CREATE TABLE c (b int, a text DEFAULT 'c') INHERITS (p);
