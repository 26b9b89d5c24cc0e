CREATE TABLE t (id int4range NOT NULL, during tsrange NOT NULL);
INSERT INTO t VALUES ('[1,2)', '[2024-01-01,2024-01-02)');
