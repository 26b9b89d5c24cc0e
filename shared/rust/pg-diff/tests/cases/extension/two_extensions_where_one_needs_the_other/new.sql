CREATE EXTENSION cube;
CREATE EXTENSION earthdistance;
CREATE TABLE kept (id int, place cube);
