SET lock_timeout = '3s';
-- data-loss: every row of public.scratch goes
TRUNCATE public.scratch;
