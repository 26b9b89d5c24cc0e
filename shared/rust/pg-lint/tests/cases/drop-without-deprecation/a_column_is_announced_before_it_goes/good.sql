-- data-loss: table public.old_messages goes
DROP TABLE public.old_messages;
ALTER TABLE messages DROP CONSTRAINT ck_messages_title;
DROP INDEX CONCURRENTLY idx_messages_title;
