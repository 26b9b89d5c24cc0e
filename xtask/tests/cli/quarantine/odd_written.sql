-- What the new code writes: nothing that is kept may refuse it.
INSERT INTO "Kept ""odd""" VALUES (99);
INSERT INTO kept_parts (at) VALUES (50);
INSERT INTO kept_base VALUES (99);
INSERT INTO kept_child (id, more) VALUES (99, 'w');
INSERT INTO kept_numbered (n) VALUES (99);
