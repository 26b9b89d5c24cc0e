CREATE TABLE IF NOT EXISTS t (a bigint); -- lint: ignore table-without-primary-key rows are never told apart
