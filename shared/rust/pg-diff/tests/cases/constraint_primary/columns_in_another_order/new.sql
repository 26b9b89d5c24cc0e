CREATE TABLE a (x int, y int, PRIMARY KEY (y, x));
CREATE TABLE b (x int, y int, FOREIGN KEY (y, x) REFERENCES a);
