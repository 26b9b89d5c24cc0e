CREATE TABLE t (id int, owner text);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY "All of it" ON t USING (true);
CREATE POLICY p_s ON t FOR SELECT TO xtask_case_reader, xtask_case_writer USING (owner = CURRENT_USER);
CREATE POLICY p_i ON t FOR INSERT TO xtask_case_writer WITH CHECK (owner <> 'it''s');
CREATE POLICY p_u ON t AS RESTRICTIVE FOR UPDATE USING (id > 0) WITH CHECK (id > 1);
CREATE POLICY p_d ON t FOR DELETE TO PUBLIC USING (false);
