VACUUM FULL messages;
VACUUM (FULL, ANALYZE) messages;
CLUSTER messages USING idx_messages_date;
