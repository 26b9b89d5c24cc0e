INSERT INTO levels (code, title) VALUES ('low', 'Low'), ('high', 'High');
