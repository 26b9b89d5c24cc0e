CREATE TABLE a (id int4range, at daterange, PRIMARY KEY (id, at WITHOUT OVERLAPS));
CREATE TABLE b (id int4range, at daterange, FOREIGN KEY (id, PERIOD at) REFERENCES a (id, PERIOD at));
