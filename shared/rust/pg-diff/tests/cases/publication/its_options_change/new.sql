CREATE TABLE a (id int PRIMARY KEY);
CREATE PUBLICATION p FOR TABLE a WITH (publish = 'update', publish_via_partition_root);
CREATE PUBLICATION q FOR TABLE a;
