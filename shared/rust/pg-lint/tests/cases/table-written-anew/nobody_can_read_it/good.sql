VACUUM (ANALYZE) messages;
VACUUM messages;
