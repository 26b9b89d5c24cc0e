DROP DATABASE osint_platform;
DROP SCHEMA archive CASCADE;
