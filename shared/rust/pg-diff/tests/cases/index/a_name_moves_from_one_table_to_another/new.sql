CREATE TABLE a (x int);
CREATE TABLE b (x int);
CREATE INDEX the_index ON b (x);
