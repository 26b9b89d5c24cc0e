CREATE TABLE a (id int PRIMARY KEY);
CREATE TABLE b (id int PRIMARY KEY);
CREATE PUBLICATION "My Pub" FOR TABLE a, ONLY b WITH (publish = 'insert, delete', publish_via_partition_root = true);
CREATE PUBLICATION empty_one;
COMMENT ON PUBLICATION empty_one IS 'none yet';
