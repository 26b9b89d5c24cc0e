SET lock_timeout = '3s';
-- table-rewrite: public.messages is written anew
ALTER TABLE public.messages ALTER COLUMN id SET DATA TYPE bigint;
ALTER TABLE messages ALTER COLUMN id SET DEFAULT 1;
