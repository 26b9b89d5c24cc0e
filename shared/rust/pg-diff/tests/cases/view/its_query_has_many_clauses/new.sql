CREATE TABLE t (id int PRIMARY KEY, a int, b text, at timestamptz);
CREATE VIEW v AS
    WITH c AS MATERIALIZED (SELECT a, count(*) FILTER (WHERE b ~ '^x') AS n FROM t GROUP BY GROUPING SETS ((a), ()))
    SELECT DISTINCT ON (t.a) t.*, c.n, x.y AS "X y", row_number() OVER w AS r,
        CASE WHEN t.b IS NULL THEN 'none'::text COLLATE "C" ELSE t.b END AS label,
        ARRAY(SELECT t2.id FROM t AS t2 WHERE t2.a = t.a) AS ids, (t.at AT TIME ZONE 'UTC')::date AS day
    FROM t LEFT JOIN c USING (a) CROSS JOIN LATERAL unnest(ARRAY[1, 2]) WITH ORDINALITY AS x (y, o)
    WHERE t.a = ANY ('{1,2}') OR EXISTS (VALUES (1), (2))
    WINDOW w AS (PARTITION BY t.a ORDER BY t.at DESC NULLS LAST ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
    ORDER BY t.a, t.at OFFSET 1;
