ALTER TABLE messages DROP COLUMN title;
DROP TABLE old_messages;
