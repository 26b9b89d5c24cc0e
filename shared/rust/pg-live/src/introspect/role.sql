-- Who reads: what belongs to this role needs no owner said.
SELECT current_user::text
