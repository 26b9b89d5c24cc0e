CREATE TABLE made (id int PRIMARY KEY, parent int REFERENCES made, next int UNIQUE REFERENCES made (next));
