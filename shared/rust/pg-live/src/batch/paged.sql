WITH batch AS MATERIALIZED (
     SELECT {name}.ctid AS xtask_at FROM ONLY {leaf} AS {name}
      WHERE {name}.ctid >= '({from},0)'::tid AND {name}.ctid < '({to},0)'::tid
        AND ({condition}) FOR NO KEY UPDATE SKIP LOCKED),
done AS (
     UPDATE ONLY {leaf} AS {name} SET {set} FROM batch WHERE {name}.ctid = batch.xtask_at
     RETURNING ({condition}) AS xtask_still)
SELECT (SELECT count(*) FROM batch), (SELECT count(*) FROM done),
       (SELECT count(*) FROM done WHERE xtask_still), NULL::text[]
