DO {tag}
DECLARE
{variables}
BEGIN
    SELECT {columns} INTO {next}
      FROM (SELECT {columns} FROM {table} ORDER BY {columns} LIMIT {batch}) AS xtask_batch
     ORDER BY {descending} LIMIT 1;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE {table} SET {set} WHERE ({condition}) AND ({columns}) <= ({next});
    COMMIT;
    LOOP
{moves}
        SELECT {columns} INTO {next}
          FROM (SELECT {columns} FROM {table} WHERE ({columns}) > ({last})
                 ORDER BY {columns} LIMIT {batch}) AS xtask_batch
         ORDER BY {descending} LIMIT 1;
        EXIT WHEN NOT FOUND;
        UPDATE {table} SET {set}
         WHERE ({condition}) AND ({columns}) > ({last}) AND ({columns}) <= ({next});
        COMMIT;
    END LOOP;
END
{tag}
