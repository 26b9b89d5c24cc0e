CREATE TABLE a (id int4range, at daterange, PRIMARY KEY (id, at WITHOUT OVERLAPS));
CREATE TABLE b (id int4range, at daterange);
INSERT INTO a VALUES ('[1,2)', '[2024-01-01,2025-01-01)');
INSERT INTO b VALUES ('[1,2)', '[2024-02-01,2024-03-01)');
