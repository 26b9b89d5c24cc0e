CREATE TABLE c (id int PRIMARY KEY, a_id int, b_id int);
