-- Some of everything that belongs to a database and not to what is in it.
CREATE ROLE boss;
CREATE ROLE "odd reader";
ALTER DATABASE osint_platform OWNER TO boss;
ALTER DATABASE osint_platform CONNECTION LIMIT 77;
COMMENT ON DATABASE osint_platform IS 'it''s \mine\';
REVOKE ALL ON DATABASE osint_platform FROM PUBLIC;
GRANT CONNECT ON DATABASE osint_platform TO "odd reader" WITH GRANT OPTION;
ALTER DATABASE osint_platform SET work_mem = '7MB';
ALTER DATABASE osint_platform SET search_path = public, "odd reader";
ALTER ROLE "odd reader" IN DATABASE osint_platform SET application_name = 'a=b, c';
