CREATE TABLE team (id int, user_name text, gone text);
CREATE VIEW my_team AS SELECT id, gone FROM team WHERE user_name = CURRENT_USER;
CREATE TABLE doc (id int, team_id int);
ALTER TABLE doc ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON doc USING (team_id IN (SELECT id FROM my_team));
INSERT INTO team VALUES (1, 'a', 'b');
INSERT INTO doc VALUES (1, 1);
