CREATE TABLE t (id int PRIMARY KEY, tags text[] DEFAULT '{}', ns bigint[][]);
