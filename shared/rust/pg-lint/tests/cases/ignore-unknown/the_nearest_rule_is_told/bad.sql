SELECT 1; -- lint: ignore fk-without-on-delet nobody deletes here
