SET lock_timeout = '3s';
ALTER TABLE messages ADD COLUMN seen timestamptz NOT NULL DEFAULT now(), ADD COLUMN kind text DEFAULT 'a'::text;
ALTER TABLE messages ADD COLUMN tags text[] DEFAULT ARRAY[]::text[];
-- table-rewrite: public.small is written anew
ALTER TABLE public.small ADD COLUMN uid uuid DEFAULT gen_random_uuid();
