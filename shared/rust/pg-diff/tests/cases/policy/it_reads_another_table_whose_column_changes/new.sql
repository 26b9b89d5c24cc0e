CREATE TABLE team (user_name text, t_id bigint);
CREATE TABLE t (id bigint PRIMARY KEY, name text);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON t USING (EXISTS (SELECT FROM team WHERE team.t_id = t.id AND user_name = CURRENT_USER));
