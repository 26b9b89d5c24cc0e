WITH batch AS MATERIALIZED (
     SELECT {picked} FROM {table} WHERE ({condition}){stretch}
      ORDER BY {columns} LIMIT {size} FOR NO KEY UPDATE SKIP LOCKED),
done AS (
     UPDATE {table} SET {set} FROM batch WHERE {joined} RETURNING ({condition}) AS xtask_still)
SELECT (SELECT count(*) FROM batch), (SELECT count(*) FROM done),
       (SELECT count(*) FROM done WHERE xtask_still),
       (SELECT ARRAY[{texts}] FROM batch ORDER BY {from_end} LIMIT 1)
