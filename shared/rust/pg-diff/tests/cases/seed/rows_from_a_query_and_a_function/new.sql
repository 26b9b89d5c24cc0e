CREATE TABLE hour (n int PRIMARY KEY, label text);
INSERT INTO hour SELECT n, n || ' h' FROM generate_series(0, 5) AS n;
