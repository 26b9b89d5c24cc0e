SET lock_timeout = '3s';
ALTER INDEX idx_a RENAME TO idx_b;
ALTER TABLE messages RENAME CONSTRAINT ck_a TO ck_b;
-- breaks-clients: column public.messages.title: whoever says title fails from then on
ALTER TABLE public.messages RENAME title TO subject;
