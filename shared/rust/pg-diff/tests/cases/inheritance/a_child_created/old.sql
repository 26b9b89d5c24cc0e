CREATE TABLE p (id int PRIMARY KEY, a text DEFAULT 'p' CHECK (a <> ''));
INSERT INTO p VALUES (1, 'x');
