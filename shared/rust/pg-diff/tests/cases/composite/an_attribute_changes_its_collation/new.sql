CREATE TYPE pair AS (a text COLLATE "POSIX", b int);
