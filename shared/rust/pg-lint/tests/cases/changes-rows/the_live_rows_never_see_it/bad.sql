UPDATE t SET kind = 'a' WHERE kind IS NULL;
TRUNCATE t;
