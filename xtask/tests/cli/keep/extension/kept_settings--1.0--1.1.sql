ALTER TABLE kept_setting ADD unit text;
