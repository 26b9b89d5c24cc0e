CREATE TABLE a (id bigint);
CREATE TABLE b (id bigint DEFAULT 0, c text);
