INSERT INTO "Kept ""odd""" SELECT it, 'x' || it, it, 'b' FROM generate_series(1, 5) AS it;
INSERT INTO kept_parts (at, extra, pair, filled) SELECT it, 'e' || it, ROW(it, it)::kept_pair, 'd' FROM generate_series(1, 199) AS it;
INSERT INTO kept_whole SELECT it, it, 'ss' || it FROM generate_series(1, 9) AS it;
INSERT INTO kept_base VALUES (1, 'b');
INSERT INTO kept_child VALUES (2, 'c', 'm');
INSERT INTO kept_orphan VALUES (3, 'o', 'm');
INSERT INTO kept_numbered (n, amount) VALUES (1, 1.5), (2, 2.5);
