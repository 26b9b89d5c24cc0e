CREATE TABLE item_data (id int PRIMARY KEY, name text, hidden boolean DEFAULT false NOT NULL);
CREATE VIEW item AS SELECT id, name FROM item_data WHERE NOT hidden;
