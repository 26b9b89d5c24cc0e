CREATE TABLE p (id bigint, a text, added date);
CREATE TABLE c (b int) INHERITS (p);
CREATE TABLE d (a text) INHERITS (c);
