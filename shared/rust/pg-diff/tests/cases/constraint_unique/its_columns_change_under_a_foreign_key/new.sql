CREATE TABLE a (x int, y int, CONSTRAINT a_u UNIQUE (x, y));
CREATE TABLE b (x int, y int, CONSTRAINT b_a FOREIGN KEY (x, y) REFERENCES a (x, y));
