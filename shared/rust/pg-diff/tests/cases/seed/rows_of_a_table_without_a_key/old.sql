CREATE TABLE note (a int, b text);
INSERT INTO note VALUES (1, 'x');
