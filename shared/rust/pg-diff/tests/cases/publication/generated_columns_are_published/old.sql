CREATE TABLE a (id int PRIMARY KEY, g int GENERATED ALWAYS AS (id * 2) STORED);
CREATE PUBLICATION p FOR TABLE a WITH (publish_generated_columns = none);
