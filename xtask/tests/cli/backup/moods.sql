-- Partitions by the hash of an enum: of its oid, which is another one in
-- every database.
CREATE TYPE mood AS ENUM ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i');
CREATE TABLE moods (id integer, mood mood) PARTITION BY HASH (mood);
CREATE TABLE moods_0 PARTITION OF moods FOR VALUES WITH (MODULUS 4, REMAINDER 0);
CREATE TABLE moods_1 PARTITION OF moods FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE TABLE moods_2 PARTITION OF moods FOR VALUES WITH (MODULUS 4, REMAINDER 2);
CREATE TABLE moods_3 PARTITION OF moods FOR VALUES WITH (MODULUS 4, REMAINDER 3);
INSERT INTO moods SELECT id, (enum_range(NULL::mood))[1 + id % 9] FROM generate_series(1, 900) AS id;
