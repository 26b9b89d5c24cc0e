-- What must be the same before and after: rows and values that stay.
SELECT (SELECT count(*) || ' ' || md5(string_agg(concat_ws(',', id, name, email), '|' ORDER BY id)) FROM person),
       (SELECT count(*) || ' ' || md5(string_agg(concat_ws(',', id, person_id, title, rating, feeling,
                                                            CASE WHEN id % 3 = 0 THEN body END), '|' ORDER BY id))
          FROM note),
       (SELECT last_value FROM ticket)
