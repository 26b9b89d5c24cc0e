CREATE TABLE team (id int, user_name text);
CREATE VIEW my_team AS SELECT id FROM team WHERE user_name = CURRENT_USER;
CREATE TABLE doc (id int, team_id int);
ALTER TABLE doc ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON doc USING (team_id IN (SELECT id FROM my_team));
