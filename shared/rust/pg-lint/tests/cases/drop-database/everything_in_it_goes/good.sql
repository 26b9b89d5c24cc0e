SET lock_timeout = '3s';
-- data-loss: namespace archive goes
DROP SCHEMA archive;
