INSERT INTO levels (code, title) VALUES ('low', 'Low'), ('high', 'High') ON CONFLICT (code) DO NOTHING;
INSERT INTO levels (code) SELECT 'mid' WHERE NOT EXISTS (SELECT FROM levels WHERE code = 'mid');
