CREATE TABLE a (t int, id int, PRIMARY KEY (t, id));
CREATE TABLE b (t int NOT NULL, a_id int, CONSTRAINT f FOREIGN KEY (t, a_id) REFERENCES a ON DELETE SET NULL (a_id));
