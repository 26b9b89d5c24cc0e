SET lock_timeout = '3s';
ALTER TABLE messages RENAME COLUMN title TO subject;
ALTER TABLE messages RENAME TO posts;
