INSERT INTO person SELECT i, 'Name ' || i, i || '@example.org', 30 + i FROM generate_series(1, 20) i;
INSERT INTO note
SELECT i, 1 + i % 20, 'Title ' || i, CASE WHEN i % 3 = 0 THEN 'Body ' || i END, i % 7,
       (ARRAY['sad', 'glad'])[1 + i % 2]::mood, 'x'
  FROM generate_series(1, 60) i;
INSERT INTO attic SELECT i, 'old' FROM generate_series(1, 5) i;
SELECT nextval('ticket');
