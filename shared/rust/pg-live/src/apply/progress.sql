-- How far a build is: in waits, rows or blocks, whichever its phase counts.
SELECT p.phase,
       CASE WHEN p.lockers_done < p.lockers_total THEN p.lockers_done
            WHEN p.tuples_total > 0 THEN p.tuples_done ELSE p.blocks_done END,
       CASE WHEN p.lockers_done < p.lockers_total THEN p.lockers_total
            WHEN p.tuples_total > 0 THEN p.tuples_total ELSE p.blocks_total END
  FROM pg_catalog.pg_stat_progress_create_index p
 WHERE p.pid = $1
   AND p.phase IS NOT NULL
