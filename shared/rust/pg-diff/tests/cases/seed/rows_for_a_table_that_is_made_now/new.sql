CREATE TABLE kept (id int PRIMARY KEY);
INSERT INTO kept VALUES (1);
CREATE TABLE kind (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text UNIQUE, tags text[], extra jsonb);
INSERT INTO kind (code, tags, extra) VALUES
    ('a', '{x,"y z"}', '{"k": [1, null]}'),
    (E'b\n\\', '{}', 'null');
