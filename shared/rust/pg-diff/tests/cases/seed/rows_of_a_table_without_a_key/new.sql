CREATE TABLE note (a int, b text);
INSERT INTO note VALUES (1, 'x'), (1, 'x'), (2, NULL);
