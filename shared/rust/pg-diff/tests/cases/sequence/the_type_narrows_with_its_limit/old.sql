CREATE SEQUENCE s AS bigint;
SELECT setval('s', 41);
