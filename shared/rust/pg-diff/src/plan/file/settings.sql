-- psql stops at the first error. What was committed before stays.
\set ON_ERROR_STOP on
\set AUTOCOMMIT on

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET search_path = '';
SET check_function_bodies = off;
SET row_security = off;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET IntervalStyle = 'postgres';
SET extra_float_digits = 1;
SET client_min_messages = warning;
SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
