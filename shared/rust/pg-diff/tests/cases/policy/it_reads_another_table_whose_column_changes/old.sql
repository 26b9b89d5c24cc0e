CREATE TABLE team (user_name varchar(20), t_id int);
CREATE TABLE t (id int PRIMARY KEY, name text);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON t USING (EXISTS (SELECT FROM team WHERE team.t_id = t.id AND user_name = CURRENT_USER));
INSERT INTO t VALUES (1, 'x');
INSERT INTO team VALUES ('a', 1);
